import { normalizeEmail } from '../sign-in/accounts.ts'
import { freeFailures } from '../sign-in/failures.ts'
import type { PageAnswer, PageRequest } from './page.ts'
import type { People } from './people.ts'
import { tell } from './sign-in-letter.ts'
import { askWhoItIs } from './sign-in-page.ts'
import { readStart } from './sign-in-start.ts'
import { advanceSignIn } from './sign-in-steps.ts'

/** POST /oauth/sign-in/password, where a clinic has turned passwords on. */
export async function signInByPassword(people: People, request: PageRequest): Promise<PageAnswer> {
  const { form: sent, say, exchange } = request
  const start = readStart(people, sent)
  const { clinic, continues } = start
  const email = normalizeEmail(sent.get('email') ?? '')
  const { passwords } = await (clinic === undefined ? people.clinics.any() : people.clinics.of(clinic))
  if (!passwords)
    return askWhoItIs(people, request, { start, email, problem: say('password.off'), status: 403 })
  const wait = await people.failures.wait('password', email)
  if (wait > 0) {
    const problem = say('failure.wait', { minutes: Math.ceil(wait / 60_000) })
    return askWhoItIs(people, request, { start, email, problem, status: 429 })
  }
  const account = await people.accounts.findByEmail(email)
  const { address, requestId } = exchange
  const fits = await people.factors.checkPassword(account?.id, sent.get('password') ?? '')
  if (fits && account !== undefined && (await people.clinics.passwordsFor(account))) {
    await people.failures.forget('password', email)
    const opened = await people.visits.open({ continues, clinic, email })
    return advanceSignIn(people, { ...request, visit: opened.secret }, { factor: 'password' })
  }
  const failures = await people.failures.count('password', email)
  const who = { clinic, account, tried: email, address, requestId }
  await people.log.record({ deed: 'login', failure: 'a password that does not fit', ...who })
  if (failures === freeFailures) {
    await people.log.record({ deed: 'alert', failure: 'many wrong passwords', ...who })
    if (account !== undefined)
      tell(
        people,
        account.email,
        say('letter.failuresSubject'),
        say('letter.failures', { name: account.displayName }),
      )
  }
  return askWhoItIs(people, request, { start, email, problem: say('password.wrong'), status: 401 })
}

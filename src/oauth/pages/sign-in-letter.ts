import type { Account } from '../account.ts'
import type { Letter } from '../sign-in/mailer.ts'
import type { SignInEntry } from '../sign-in/sign-in-log.ts'
import type { PageRequest } from './page.ts'
import type { People } from './people.ts'

export interface SignInMail {
  readonly email: string
  readonly link: string
  readonly code: string
  readonly clinic: string | undefined
}

/** Everything that depends on whether somebody has this address happens after the answer, so its time tells nothing. */
export function mailSignIn(people: People, request: PageRequest, mail: SignInMail): void {
  setImmediate(() => {
    sendSignIn(people, request, mail).catch((cause) =>
      people.onFault('A letter with a sign-in link was not sent', cause),
    )
  })
}

async function sendSignIn(people: People, request: PageRequest, mail: SignInMail): Promise<void> {
  const { address, requestId } = request.exchange
  const { email, clinic } = mail
  const account = await people.accounts.findByEmail(email)
  const letter = await writeSignIn(people, request, mail, account)
  const who = account === undefined ? { tried: email } : { account }
  if (letter !== undefined)
    await deliver(people, letter, { ...who, clinic, address, requestId, description: 'a link to sign in' })
}

type Told = Omit<SignInEntry, 'deed' | 'failure'>

/** That it was handed over, or was not, is in the log; what it says is not. */
async function deliver(people: People, letter: Letter, told: Told): Promise<void> {
  try {
    await people.mailer.send(letter)
  } catch (cause) {
    await people.log.record({ ...told, deed: 'delivery', failure: 'the letter was not taken' })
    throw cause
  }
  await people.log.record({ ...told, deed: 'delivery' })
}

async function writeSignIn(
  people: People,
  request: PageRequest,
  mail: SignInMail,
  account: Account | undefined,
): Promise<Letter | undefined> {
  const { say, exchange } = request
  const { email, link, code, clinic } = mail
  const { registration } = clinic === undefined ? await people.clinics.any() : await people.clinics.of(clinic)
  if (account === undefined && !registration) return undefined
  const address = `${exchange.origin}/oauth/sign-in/link?token=${link}`
  const greeting =
    account === undefined ? say('letter.greetingNew') : say('letter.greeting', { name: account.displayName })
  const text = [greeting, say('letter.signIn', { address, code: spaced(code) }), say('letter.notYou')].join(
    '\n\n',
  )
  return { to: email, subject: say('letter.signInSubject'), text }
}

/** For whoever wrote nothing themselves: something about their account happened. */
export function tell(people: People, to: string, subject: string, text: string): void {
  setImmediate(() => {
    sendNotice(people, { to, subject, text }).catch((cause) => people.onFault('A notice was not sent', cause))
  })
}

async function sendNotice(people: People, letter: Letter): Promise<void> {
  const account = await people.accounts.findByEmail(letter.to)
  const who = account === undefined ? { tried: letter.to } : { account }
  await deliver(people, letter, { ...who, address: undefined, description: 'a notice' })
}

export function spaced(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`
}

import { loadHalfSignedIn } from './half-signed-in.ts'
import { html } from './html.ts'
import { alertBox } from './layout.ts'
import { goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'
import { passkeyForm, showSecond } from './second-factor-pages.ts'
import { tell } from './sign-in-letter.ts'
import { readStart, signInPath } from './sign-in-start.ts'
import { advanceSignIn } from './sign-in-steps.ts'

/** POST /oauth/sign-in/passkey: alone, without saying who one is. */
export async function startPasskey(people: People, request: PageRequest): Promise<PageAnswer> {
  const { continues, clinic } = readStart(people, request.form)
  const opened = await people.visits.open({ continues, clinic })
  return goTo('/oauth/sign-in/passkey', opened.secret)
}

/** GET /oauth/sign-in/passkey */
export async function showPasskey(
  people: People,
  request: PageRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say, visit: secret, exchange } = request
  const visit = secret === undefined ? undefined : await people.visits.find(secret)
  if (secret === undefined || visit === undefined || visit.factors.length > 0) return goTo('/oauth/sign-in')
  const offer = await people.passkeys.offerSignIn(exchange.origin)
  await people.visits.keepPending(secret, { challenge: offer.challenge })
  const body = html`
${alertBox(problem)}
<p class="lead">${say('passkey.lead')}</p>
${passkeyForm(request, '/oauth/sign-in/passkey/check', offer.options, say('passkey.use'))}
<p><a href="${signInPath(visit)}">${say('passkey.otherWay')}</a></p>`
  return showPage(
    { title: say('passkey.title'), body, script: 'passkey.js' },
    problem === undefined ? 200 : 422,
  )
}

/** POST /oauth/sign-in/passkey/check: alone, or as the second factor of whoever is half signed in. */
export async function checkPasskey(people: People, request: PageRequest): Promise<PageAnswer> {
  const { say, visit: secret, exchange, form: sent } = request
  const visit = secret === undefined ? undefined : await people.visits.find(secret)
  if (visit?.challenge === undefined) return goTo('/oauth/sign-in')
  const id = await people.passkeys.check(exchange.origin, visit.challenge, sent.get('answer') ?? '')
  const fits = id !== undefined && (visit.account === undefined || visit.account === id)
  const account = fits ? await people.accounts.find(id) : undefined
  if (account !== undefined) return advanceSignIn(people, request, { factor: 'passkey', account })
  const { address, requestId } = exchange
  await people.log.record({
    deed: 'login',
    failure: 'a passkey that does not fit',
    clinic: visit.clinic,
    tried: visit.email,
    address,
    requestId,
  })
  return visit.account === undefined
    ? showPasskey(people, request, say('passkey.unknown'))
    : showSecond(people, request, say('passkey.unknown'))
}

/** POST /oauth/sign-in/passkey/new: the first second factor of somebody half signed in. */
export async function setUpPasskey(people: People, request: PageRequest): Promise<PageAnswer> {
  const { say, exchange, form: sent } = request
  const half = await loadHalfSignedIn(people, request)
  if (half?.visit.challenge === undefined) return goTo('/oauth/sign-in')
  const { account, visit } = half
  const held = await people.factors.of(account.id)
  if (held.totp || held.passkeys > 0) return goTo('/oauth/sign-in/second')
  const name = say('passkey.firstName')
  const added = await people.passkeys.add(
    account,
    exchange.origin,
    half.visit.challenge,
    sent.get('answer') ?? '',
    name,
  )
  if (!added) return showSecond(people, request, say('passkey.notMade'))
  const { address, requestId } = exchange
  const description = 'set up a passkey'
  await people.log.record({
    deed: 'account-changed',
    clinic: visit.clinic,
    account,
    address,
    requestId,
    description,
  })
  tell(
    people,
    account.email,
    say('letter.factorSubject'),
    say('letter.factorPasskey', { name: account.displayName }),
  )
  return advanceSignIn(people, request, { factor: 'passkey' })
}

import type { Account } from '../account.ts'
import type { SignIn } from '../interaction.ts'
import { needsSecondFactor } from '../sign-in/roles.ts'
import type { Factor, Visit } from '../sign-in/visits.ts'
import { html } from './html.ts'
import { goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'

export interface Shown {
  readonly factor: Factor
  /** Known from the factor itself; otherwise whoever has the mailed address. */
  readonly account?: Account
}

/** Something was shown: what is still missing, or where the browser goes now that nothing is. */
export async function advanceSignIn(people: People, request: PageRequest, shown: Shown): Promise<PageAnswer> {
  const visit = request.visit === undefined ? undefined : await people.visits.find(request.visit)
  if (visit === undefined || request.visit === undefined) return goTo('/oauth/sign-in')
  const account = shown.account ?? (await accountOf(people, visit))
  const factors = [...visit.factors, shown.factor]
  const done = account !== undefined && (await isEnough(people, account, factors))
  const opened = await people.visits.advance(request.visit, {
    factor: shown.factor,
    ...(account === undefined ? {} : { account: account.id }),
    finished: done,
  })
  if (opened === undefined) return goTo('/oauth/sign-in')
  if (account === undefined) return meetNewcomer(people, request, visit, opened.secret)
  if (!done) return goTo('/oauth/sign-in/second', opened.secret)
  await recordSignIn(people, request, visit, account, factors)
  if (visit.continues.startsWith('/oauth/interaction/')) return goTo(visit.continues, opened.secret)
  await people.visits.take(opened.secret, visit.continues)
  await people.sessions.start(request.exchange, buildSignIn(account.id, factors))
  return goTo(visit.continues, null)
}

/** For the authorization server: RFC 8176 has no word for a letter; a code that came in one is an `otp`. */
export function buildSignIn(accountId: string, factors: readonly Factor[]): SignIn {
  const amr = new Set(factors.map((factor) => references[factor]))
  const two = factors.includes('passkey') || new Set(factors).size > 1
  if (two) amr.add('mfa')
  return { accountId, amr: [...amr], acr: two ? 'urn:almanac:acr:2' : 'urn:almanac:acr:1' }
}

const references: Readonly<Record<Factor, string>> = {
  mail: 'otp',
  password: 'pwd',
  totp: 'otp',
  passkey: 'hwk',
}

export async function accountOf(people: People, { account, email }: Visit): Promise<Account | undefined> {
  if (account !== undefined) return people.accounts.find(account)
  return email === undefined ? undefined : people.accounts.findByEmail(email)
}

/** Whoever once set up a second factor is asked for it, staff or not. */
async function isEnough(people: People, account: Account, factors: readonly Factor[]): Promise<boolean> {
  if (factors.includes('passkey') || (factors.includes('totp') && factors.length > 1)) return true
  if (needsSecondFactor(account)) return false
  const { totp, passkeys } = await people.factors.of(account.id)
  return !totp && passkeys === 0
}

async function meetNewcomer(
  people: People,
  { say }: PageRequest,
  visit: Visit,
  secret: string,
): Promise<PageAnswer> {
  const { registration } = await (visit.clinic === undefined
    ? people.clinics.any()
    : people.clinics.of(visit.clinic))
  if (registration) return goTo('/oauth/sign-in/register', secret)
  const body = html`<p class="lead">${say('newcomer.none', { email: visit.email ?? '' })}</p>`
  return { ...showPage({ title: say('newcomer.title'), body }, 403), visit: null }
}

async function recordSignIn(
  people: People,
  { exchange }: PageRequest,
  visit: Visit,
  account: Account,
  factors: readonly Factor[],
): Promise<void> {
  const { address, requestId } = exchange
  const member = account.memberships.some(({ tenant }) => tenant === visit.clinic)
  await people.log.record({
    deed: 'login',
    ...(member ? { clinic: visit.clinic } : {}),
    account,
    address,
    requestId,
    details: { factors: factors.join(' ') },
  })
}

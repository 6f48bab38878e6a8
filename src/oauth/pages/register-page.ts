import { html } from './html.ts'
import { alertBox } from './layout.ts'
import { form, goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'
import { accountOf, advanceSignIn } from './sign-in-steps.ts'

/** GET /oauth/sign-in/register: the address is proved already, by the letter. */
export async function showRegister(
  people: People,
  request: PageRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say } = request
  const email = await provedAddress(people, request)
  if (email === undefined) return goTo('/oauth/sign-in')
  const body = html`
${alertBox(problem)}
<p class="lead">${say('register.lead', { email })}</p>
${form(
  request,
  '/oauth/sign-in/register',
  html`<label for="name">${say('register.name')}</label>
<input id="name" name="name" autocomplete="name" required maxlength="100">
<p class="hint">${say('register.next')}</p>
<button class="primary">${say('register.make')}</button>`,
)}`
  return showPage({ title: say('register.title'), body }, problem === undefined ? 200 : 422)
}

/** POST /oauth/sign-in/register */
export async function register(people: People, request: PageRequest): Promise<PageAnswer> {
  const { say, exchange, form: sent } = request
  const email = await provedAddress(people, request)
  if (email === undefined) return goTo('/oauth/sign-in')
  const displayName = readName(sent)
  if (displayName === undefined) return showRegister(people, request, say('register.noName'))
  const account = await people.accounts.add({ id: people.newId(), email, displayName })
  const { address, requestId } = exchange
  await people.log.record({ deed: 'account-changed', account, address, requestId, description: 'registered' })
  return advanceSignIn(people, request, { factor: 'mail', account })
}

function readName(sent: URLSearchParams): string | undefined {
  const name = (sent.get('name') ?? '').replaceAll(/\p{Cc}/gu, '').trim()
  return name === '' || name.length > 100 ? undefined : name
}

/** Of somebody who has shown it, has no account yet, and where registration is open. */
async function provedAddress(people: People, { visit: secret }: PageRequest): Promise<string | undefined> {
  const visit = secret === undefined ? undefined : await people.visits.find(secret)
  if (visit?.email === undefined || !visit.factors.includes('mail')) return undefined
  if ((await accountOf(people, visit)) !== undefined) return undefined
  const { registration } = await (visit.clinic === undefined
    ? people.clinics.any()
    : people.clinics.of(visit.clinic))
  return registration ? visit.email : undefined
}

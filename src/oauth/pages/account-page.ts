import type { GrantedApp, OpenSession } from '../interaction.ts'
import { clinicRoles } from '../sign-in/roles.ts'
import { readAskedScopes } from './consent-scopes.ts'
import { type Html, html } from './html.ts'
import { formatMoment, nameRecord } from './language.ts'
import { alertBox, noteBox } from './layout.ts'
import { form, goBack, goTo, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import { signInWays } from './sign-in-ways.ts'
import type { PersonRequest } from './signed-in.ts'

const outcomes = ['revoked', 'ended', 'passkey', 'app', 'password', 'removed', 'connected', 'asked'] as const

/** GET /oauth/account: which apps and browsers are let in, and how one signs in. */
export async function showAccount(
  people: People,
  request: PersonRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say, account, query } = request
  const [apps, sessions, ways] = await Promise.all([
    people.grants.ofAccount(account.id),
    people.grants.sessionsOf(account.id),
    signInWays(people, request),
  ])
  const done = outcomes.find((outcome) => outcome === query.get('done'))
  const body = html`
${alertBox(problem)}${done !== undefined && noteBox(say(`account.done.${done}`))}
<p class="lead">${say('account.lead', { name: account.displayName, email: account.email })}</p>
<h2>${say('account.apps')}</h2>
${apps.length === 0 && html`<p class="quiet">${say('account.noApps')}</p>`}
<ul class="items">${await Promise.all(apps.map((app) => showApp(people, request, app)))}</ul>
<h2>${say('account.sessions')}</h2>
<ul class="items">${sessions.map((session) => showSession(request, session))}</ul>
${form(
  request,
  '/oauth/account/end-all',
  html`<button class="small danger">${say('account.endAll')}</button>
<p class="hint">${say('account.endAllWhat')}</p>`,
)}
${ways}
<h2>${say('account.clinics')}</h2>
${account.memberships.length === 0 && html`<p class="quiet">${say('account.noClinic')}</p>`}
<ul class="items">${await Promise.all(
    account.memberships.map(
      async ({ tenant, roles }) =>
        html`<li><div><strong>${await people.nameOfClinic(tenant)}</strong><p class="quiet">${roles.map((role) => nameRole(request, role)).join(', ')}</p></div></li>`,
    ),
  )}</ul>
<p><a class="button" href="/oauth/account/connect">${say('account.connect')}</a></p>`
  return showPage({ title: say('account.title'), body }, problem === undefined ? 200 : 422)
}

async function showApp(people: People, request: PersonRequest, app: GrantedApp): Promise<Html> {
  const { say, language } = request
  const metadata = await people.clients.find(app.clientId)
  const name = typeof metadata?.client_name === 'string' ? metadata.client_name : app.clientId
  const asked = readAskedScopes(app.scopes).records
  const kinds = asked.map(({ type }) =>
    type === '*' ? say('consent.everything') : nameRecord(language, type),
  )
  const patient =
    app.patient === undefined
      ? undefined
      : await people.patients.choose(request.account, app.tenant, app.patient)
  const times = say('account.since', {
    since: formatMoment(request, app.since),
    until: formatMoment(request, app.until),
  })
  return html`<li><div><strong>${name}</strong> ${app.offline && html`<span class="tag">${say('account.offline')}</span>`}
<p>${[...new Set(kinds)].slice(0, 8).join(', ')}${patient !== undefined && html` (${patient.name})`}</p>
<p class="quiet">${await people.nameOfClinic(app.tenant)}. ${times}</p></div>
${form(request, '/oauth/account/revoke', html`<input type="hidden" name="grant" value="${app.grantId}"><button class="small danger" aria-label="${say('account.revokeApp', { app: name })}">${say('account.revoke')}</button>`)}</li>`
}

function showSession(request: PersonRequest, { uid, since, until }: OpenSession): Html {
  const { say, session } = request
  const here = session.uid === uid
  const name = here ? say('account.thisBrowser') : say('account.otherBrowser')
  const times = say('account.since', {
    since: formatMoment(request, since),
    until: formatMoment(request, until),
  })
  return html`<li><div><strong>${name}</strong><p class="quiet">${times}</p></div>
${!here && form(request, '/oauth/account/end-session', html`<input type="hidden" name="session" value="${uid}"><button class="small danger">${say('account.end')}</button>`)}</li>`
}

export function nameRole({ say }: Pick<PersonRequest, 'say'>, role: string): string {
  const name = [...clinicRoles, 'platform-admin' as const].find((one) => one === role)
  return name === undefined ? role : say(`role.${name}`)
}

/** POST /oauth/account/revoke */
export async function revokeApp(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { account, form: sent, exchange } = request
  const grant = (await people.grants.ofAccount(account.id)).find(
    ({ grantId }) => grantId === sent.get('grant'),
  )
  if (grant === undefined || !(await people.grants.revoke(account.id, grant.grantId)))
    return goTo('/oauth/account')
  const { address, requestId } = exchange
  const about = { deed: 'token-revoked', clinic: grant.tenant, clientId: grant.clientId } as const
  await people.log.record({ ...about, account, address, requestId, description: 'by its user' })
  return goBack('/oauth/account', 'revoked')
}

/** POST /oauth/account/end-session */
export async function endOtherSession(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { account, form: sent, exchange } = request
  if (!(await people.grants.endSession(account.id, sent.get('session') ?? ''))) return goTo('/oauth/account')
  const { address, requestId } = exchange
  await people.log.record({ deed: 'logout', account, address, requestId, description: 'another browser' })
  return goBack('/oauth/account', 'ended')
}

/** POST /oauth/account/end-all: a lost phone, a shared computer. */
export async function endEverything(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { account, exchange } = request
  await people.grants.revokeAll(account.id)
  await people.sessions.end(exchange)
  const { address, requestId } = exchange
  await people.log.record({
    deed: 'logout',
    account,
    address,
    requestId,
    description: 'everywhere, all apps',
  })
  return goTo('/oauth/sign-in', null)
}

/** POST /oauth/account/sign-out */
export async function signOut(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { account, exchange } = request
  await people.sessions.end(exchange)
  const { address, requestId } = exchange
  await people.log.record({ deed: 'logout', account, address, requestId })
  return goTo('/oauth/sign-in', null)
}

import { Refusal } from '#fhir/refusal.ts'
import type { Client } from '../clients/clients.ts'
import { newSecret } from '../sign-in/secrets.ts'
import { adminTabs } from './admin-tabs.ts'
import { appKinds, readAppForm } from './app-form.ts'
import { type Html, html } from './html.ts'
import { formatMoment } from './language.ts'
import { alertBox, noteBox } from './layout.ts'
import { form, goBack, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import type { ClinicRequest } from './signed-in.ts'

interface Shown {
  readonly problem?: string
  /** Of an app, this once. */
  readonly secret?: string
  readonly clientId?: string
}

const outcomes = ['disabled', 'enabled', 'removed', 'barred', 'admitted'] as const

/** GET /oauth/admin/{clinic}/apps */
export async function showApps(
  people: People,
  request: ClinicRequest,
  shown: Shown = {},
): Promise<PageAnswer> {
  const { say, clinic, query } = request
  const apps = await people.clients.list(clinic)
  const done = outcomes.find((outcome) => outcome === query.get('done'))
  const body = html`${await adminTabs(people, request, 'apps')}
${alertBox(shown.problem)}${done !== undefined && noteBox(say(`apps.done.${done}`))}
${
  shown.clientId !== undefined &&
  html`<div class="note" role="status"><p>${say('apps.added')} <code class="secret">${shown.clientId}</code></p>
${shown.secret !== undefined && html`<p>${say('apps.secretOnce')} <code class="secret">${shown.secret}</code></p>`}</div>`
}
${apps.length === 0 && html`<p class="quiet">${say('apps.none')}</p>`}
<ul class="items">${apps.map((app) => showApp(request, app))}</ul>
<details${shown.problem !== undefined && html` open`}><summary>${say('apps.add')}</summary>${addForm(request)}</details>`
  return showPage({ title: say('admin.apps'), body, wide: true }, shown.problem === undefined ? 200 : 422)
}

function showApp(request: ClinicRequest, app: Client): Html {
  const { say, clinic } = request
  const { clientId, metadata, created, disabled, barred } = app
  const name = nameOf(app)
  const method = String(metadata.token_endpoint_auth_method ?? 'client_secret_basic')
  const act = (deed: string, label: string, danger = false) =>
    form(
      request,
      `/oauth/admin/${clinic}/apps/change`,
      html`<input type="hidden" name="client" value="${clientId}"><button class="${danger ? 'small danger' : 'small'}" name="deed" value="${deed}" aria-label="${`${label}: ${name}`}">${label}</button>`,
    )
  const uris = [metadata.redirect_uris].flat().filter((uri) => typeof uri === 'string')
  return html`<li><div><strong>${name}</strong> <span class="tag">${say(`apps.kind.${kindOf(metadata)}`)}</span>
${disabled && html` <span class="tag">${say('apps.disabled')}</span>`}
${barred && html` <span class="tag">${say('apps.barred')}</span>`}
<p class="quiet"><code>${clientId}</code><br>${uris.join(' ')}<br>${say('ways.made', { date: formatMoment(request, created) })}</p></div>
${
  isOfClinicAlone(app, clinic)
    ? html`<div class="item-buttons">${method.startsWith('client_secret') && act('rotate', say('apps.rotate'))}
${disabled ? act('enable', say('apps.enable')) : act('disable', say('apps.disable'))}
${act('remove', say('ways.remove'), true)}</div>`
    : html`<p class="quiet">${say('apps.shared')}</p>
<div class="item-buttons">${barred ? act('admit', say('apps.admit')) : act('bar', say('apps.bar'), true)}</div>`
}</li>`
}

function addForm(request: ClinicRequest): Html {
  const { say, clinic, form: sent } = request
  const area = (name: string, label: string, hint: string) => html`<label for="${name}">${label}</label>
<textarea id="${name}" name="${name}" rows="3" spellcheck="false" aria-describedby="${name}-hint">${sent.get(name) ?? undefined}</textarea>
<p class="hint" id="${name}-hint">${hint}</p>`
  return form(
    request,
    `/oauth/admin/${clinic}/apps`,
    html`<label for="name">${say('apps.name')}</label>
<input id="name" name="name" required maxlength="100" autocomplete="off" value="${sent.get('name') ?? undefined}">
<label for="kind">${say('apps.kind')}</label>
<select id="kind" name="kind">${appKinds.map(
      (kind) =>
        html`<option value="${kind}"${sent.get('kind') === kind && html` selected`}>${say(`apps.kind.${kind}`)}</option>`,
    )}</select>
${area('redirects', say('apps.redirects'), say('apps.redirectsHint'))}
${area('launches', say('apps.launches'), say('apps.launchesHint'))}
${area('keys', say('apps.keys'), say('apps.keysHint'))}
${area('scope', say('apps.scope'), say('apps.scopeHint'))}
<button class="primary">${say('apps.save')}</button>`,
  )
}

/** POST /oauth/admin/{clinic}/apps */
export async function addApp(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { say, clinic, form: sent } = request
  const metadata = readAppForm(sent, clinic, people.registrable)
  if (typeof metadata === 'string')
    return showApps(people, request, { problem: say(`apps.problem.${metadata}`) })
  const clientId = people.newId()
  const secret = sent.get('kind') === 'secret' ? newSecret() : undefined
  await people.clients.save(clientId, {
    ...metadata,
    client_id: clientId,
    ...(secret === undefined ? {} : { client_secret: secret }),
  })
  await record(people, request, 'client-registered', clientId, 'added')
  const page = { ...request, form: new URLSearchParams() }
  return showApps(people, page, { clientId, ...(secret === undefined ? {} : { secret }) })
}

/** POST /oauth/admin/{clinic}/apps/change */
export async function changeApp(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { clinic, form: sent } = request
  const clientId = sent.get('client') ?? ''
  const app = (await people.clients.list(clinic)).find((one) => one.clientId === clientId)
  const deed = sent.get('deed')
  if (app === undefined || (deed !== 'bar' && deed !== 'admit' && !isOfClinicAlone(app, clinic))) {
    throw new Refusal('forbidden', 'This app is not this clinic’s to change.')
  }
  const list = `/oauth/admin/${clinic}/apps`
  switch (deed) {
    case 'bar':
      await people.clients.setBarred(clientId, clinic, true)
      await record(people, request, 'client-changed', clientId, 'not let in by this clinic')
      return goBack(list, 'barred')
    case 'admit':
      await people.clients.setBarred(clientId, clinic, false)
      await record(people, request, 'client-changed', clientId, 'let in again by this clinic')
      return goBack(list, 'admitted')
    case 'rotate': {
      if (kindOf(app.metadata) !== 'secret') throw new Refusal('invalid', 'This app has no secret.')
      const secret = newSecret()
      await people.clients.save(clientId, { ...app.metadata, client_secret: secret })
      await record(people, request, 'client-changed', clientId, 'a new secret')
      return showApps(people, { ...request, form: new URLSearchParams() }, { clientId, secret })
    }
    case 'disable':
      await people.clients.setDisabled(clientId, true)
      await record(people, request, 'client-changed', clientId, 'disabled')
      return goBack(list, 'disabled')
    case 'enable':
      await people.clients.setDisabled(clientId, false)
      await record(people, request, 'client-changed', clientId, 'enabled')
      return goBack(list, 'enabled')
    case 'remove':
      await people.clients.remove(clientId)
      await record(people, request, 'client-changed', clientId, 'removed')
      return goBack(list, 'removed')
    default:
      throw new Refusal(
        'invalid',
        'An app can be given a new secret, disabled, enabled, removed, barred and let in again.',
      )
  }
}

async function record(
  people: People,
  { clinic, account, exchange }: ClinicRequest,
  deed: 'client-registered' | 'client-changed',
  clientId: string,
  description: string,
): Promise<void> {
  const { address, requestId } = exchange
  await people.log.record({ deed, clinic, account, address, requestId, about: { id: clientId }, description })
}

function kindOf({ token_endpoint_auth_method: method, grant_types: grants }: Client['metadata']) {
  if (Array.isArray(grants) && grants.includes('client_credentials')) return 'backend'
  if (method === 'none') return 'public'
  return method === 'private_key_jwt' ? 'keys' : 'secret'
}

function nameOf({ clientId, metadata }: Client): string {
  return typeof metadata.client_name === 'string' ? metadata.client_name : clientId
}

/** An app of several clinics, or of the whole server, is not one clinic's to change. */
function isOfClinicAlone({ metadata }: Client, clinic: string): boolean {
  const { clinics } = metadata
  return Array.isArray(clinics) && clinics.length === 1 && clinics[0] === clinic
}

import { adminTabs } from './admin-tabs.ts'
import { type Html, html } from './html.ts'
import { noteBox } from './layout.ts'
import { form, goBack, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import type { ClinicRequest } from './signed-in.ts'

/** GET /oauth/admin/{clinic}/settings */
export async function showSettings(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { say, clinic, query } = request
  const { registration, passwords } = await people.clinics.of(clinic)
  const body = html`${await adminTabs(people, request, 'settings')}
${noteBox(query.get('done') === null ? undefined : say('settings.saved'))}
${form(
  request,
  `/oauth/admin/${clinic}/settings`,
  html`${box('registration', registration, say('settings.registration'))}
<p class="hint">${say('settings.registrationHint')}</p>
${box('passwords', passwords, say('settings.passwords'))}
<p class="hint">${say('settings.passwordsHint')}</p>
<button class="primary">${say('settings.save')}</button>`,
)}`
  return showPage({ title: say('admin.settings'), body, wide: true })
}

function box(name: string, on: boolean, label: string): Html {
  return html`<label class="box"><input type="checkbox" name="${name}" value="on"${on && html` checked`}> ${label}</label>`
}

/** POST /oauth/admin/{clinic}/settings */
export async function saveSettings(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { clinic, account, form: sent, exchange } = request
  const choice = {
    registration: sent.get('registration') === 'on',
    passwords: sent.get('passwords') === 'on',
  }
  await people.clinics.set(clinic, choice)
  const { address, requestId } = exchange
  await people.log.record({
    deed: 'configuration-changed',
    clinic,
    account,
    address,
    requestId,
    description: 'how people sign in',
    details: { registration: String(choice.registration), passwords: String(choice.passwords) },
  })
  return goBack(`/oauth/admin/${clinic}/settings`, 'saved')
}

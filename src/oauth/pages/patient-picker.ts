import type { Account } from '../account.ts'
import type { PendingInteraction } from '../interaction.ts'
import type { PatientChoice } from '../sign-in/patient-choices.ts'
import { describePatient } from './consent-page.ts'
import { type Html, html } from './html.ts'
import { form, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'

/** Before consent: it says whose records it is about. Searching is a plain GET, so it can be gone back to. */
export async function showPatientPicker(
  people: People,
  request: PageRequest,
  pending: PendingInteraction,
  account: Account,
): Promise<PageAnswer> {
  const { say, query } = request
  const own = await people.patients.ofAccount(account, pending.tenant)
  const any = people.patients.mayChooseAny(account, pending.tenant)
  const wanted = query.get('find') ?? ''
  const found = any && wanted !== '' ? await people.patients.search(account, pending.tenant, wanted) : []
  const body = html`<p class="lead">${say('picker.lead', { app: pending.app.name })}</p>
${own.length > 0 && choices(request, own)}
${
  any &&
  html`<form method="get" action="${request.path}" role="search">
<label for="find">${say('picker.find')}</label>
<div class="row"><input id="find" name="find" type="search" maxlength="100" value="${wanted}" required><button>${say('picker.search')}</button></div>
<p class="hint">${say('picker.hint')}</p>
</form>
${wanted !== '' && found.length === 0 && html`<p role="status">${say('picker.none')}</p>`}
${found.length > 0 && choices(request, found)}`
}
${!any && own.length === 0 && html`<p>${say('picker.nobody')}</p>`}
${form(request, request.path, html`<button name="answer" value="deny">${say('picker.cancel')}</button>`)}`
  return showPage({ title: say('picker.title'), body, formTargets: [pending.redirectUri] })
}

function choices(request: PageRequest, patients: readonly PatientChoice[]): Html {
  const { path } = request
  return html`<ul class="choices">${patients.map(
    (patient) =>
      html`<li><a href="${`${path}?${new URLSearchParams({ patient: patient.id })}`}">${describePatient(request, patient)}</a></li>`,
  )}</ul>`
}

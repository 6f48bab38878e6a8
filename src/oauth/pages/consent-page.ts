import type { Account } from '../account.ts'
import type { PendingInteraction } from '../interaction.ts'
import type { PatientChoice } from '../sign-in/patient-choices.ts'
import { askedList } from './asked-list.ts'
import { readAskedScopes } from './consent-scopes.ts'
import { html } from './html.ts'
import { formatDate } from './language.ts'
import { alertBox } from './layout.ts'
import { form, type PageAnswer, type PageRequest, showPage } from './page.ts'

export interface ConsentAsk {
  readonly pending: PendingInteraction
  readonly account: Account
  /** Whom it is about, when it is about one patient. */
  readonly patient?: PatientChoice
  readonly problem?: string
}

export function showConsent(
  request: PageRequest,
  { pending, account, patient, problem }: ConsentAsk,
): PageAnswer {
  const { say } = request
  const { app } = pending
  const asked = readAskedScopes(pending.scopes)
  const body = html`
${alertBox(problem)}
<p class="lead">${say('consent.lead', { app: app.name })}</p>
<dl class="facts">
<div><dt>${say('consent.signedInAs')}</dt><dd>${account.displayName} <span class="quiet">${account.email}</span></dd></div>
${
  patient !== undefined &&
  html`<div><dt>${say('consent.about')}</dt><dd>${describePatient(request, patient)}</dd></div>`
}
</dl>
${form(
  request,
  request.path,
  html`<input type="hidden" name="patient" value="${patient?.id}">
${askedList(request, asked, patient?.own === true ? undefined : patient?.name)}
<div class="buttons">
<button class="primary" name="answer" value="allow">${say('consent.allow')}</button>
<button name="answer" value="deny" formnovalidate>${say('consent.deny')}</button>
</div>`,
)}
<p class="quiet">${say('consent.back', { place: placeOf(pending.redirectUri) })} ${say('consent.revoke')}</p>
${
  (app.policyUri !== undefined || app.tosUri !== undefined) &&
  html`<p class="quiet">${app.policyUri !== undefined && html`<a href="${app.policyUri}" rel="noreferrer">${say('consent.policy')}</a> `}
${app.tosUri !== undefined && html`<a href="${app.tosUri}" rel="noreferrer">${say('consent.terms')}</a>`}</p>`
}`
  const title = say('consent.title', { app: app.name })
  return showPage({ title, body, formTargets: [pending.redirectUri] }, problem === undefined ? 200 : 422)
}

export function describePatient({ say, language }: PageRequest, patient: PatientChoice): string {
  const { name, birthDate, own } = patient
  const who = own ? say('patient.own', { name }) : name
  if (birthDate === undefined) return who
  const date = /^\d{4}-\d{2}-\d{2}$/.test(birthDate) ? formatDate(language, new Date(birthDate)) : birthDate
  return say('patient.born', { who, date })
}

/** Of a web app its host, of an app on a device its scheme. */
function placeOf(redirectUri: string): string {
  const url = URL.parse(redirectUri)
  return url === null ? redirectUri : url.host === '' ? url.protocol.slice(0, -1) : url.host
}

import type { RecordClaim } from '../sign-in/record-claims.ts'
import { adminTabs } from './admin-tabs.ts'
import { describePatient } from './consent-page.ts'
import { type Html, html } from './html.ts'
import { formatMoment } from './language.ts'
import { alertBox, noteBox } from './layout.ts'
import { form, goBack, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import { tell } from './sign-in-letter.ts'
import type { ClinicRequest } from './signed-in.ts'

/** GET /oauth/admin/{clinic}/claims: who says they are a patient, beside the patients of whom all of it is true. */
export async function showClaims(
  people: People,
  request: ClinicRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say, clinic, query } = request
  const claims = await people.claims.open(clinic)
  const body = html`${await adminTabs(people, request, 'claims')}
${alertBox(problem)}${noteBox(query.get('done') === null ? undefined : say('claims.done'))}
<p>${say('claims.lead')}</p>
${claims.length === 0 && html`<p class="quiet">${say('claims.none')}</p>`}
<ul class="items">${await Promise.all(claims.map((claim) => showClaim(people, request, claim)))}</ul>`
  return showPage({ title: say('admin.claims'), body, wide: true }, problem === undefined ? 200 : 422)
}

async function showClaim(people: People, request: ClinicRequest, claim: RecordClaim): Promise<Html> {
  const { say, clinic } = request
  const account = await people.accounts.find(claim.account)
  const found = await people.matchPatients(clinic, claim.statement)
  const { identifier, familyName, birthDate } = claim.statement
  return html`<li><div><strong>${account?.displayName} <span class="quiet">${account?.email}</span></strong>
<p>${say('claims.says', { identifier, familyName, birthDate })}</p>
<p class="quiet">${formatMoment(request, claim.created)}</p>
${found.length === 0 && html`<p>${say('claims.noMatch')}</p>`}
${form(
  request,
  `/oauth/admin/${clinic}/claims`,
  html`<input type="hidden" name="id" value="${claim.id}">
${found.map(
  (patient, at) =>
    html`<label class="box"><input type="radio" name="patient" value="${patient.id}"${at === 0 && found.length === 1 && html` checked`}> ${describePatient(request, patient)} <span class="quiet">Patient/${patient.id}</span></label>`,
)}
<div class="item-buttons">${found.length > 0 && html`<button class="small primary" name="answer" value="yes">${say('claims.yes')}</button>`}
<button class="small danger" name="answer" value="no">${say('claims.no')}</button></div>`,
)}</div></li>`
}

/** POST /oauth/admin/{clinic}/claims */
export async function decideClaim(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { say, clinic, account: by, form: sent, exchange } = request
  const id = sent.get('id') ?? ''
  const agreed = sent.get('answer') === 'yes'
  const patient = agreed ? (sent.get('patient') ?? '') : undefined
  const claim = (await people.claims.open(clinic)).find((one) => one.id === id)
  // Looked up again: what was true when the page was made may not be any more.
  const fits =
    claim !== undefined &&
    (patient === undefined ||
      (await people.matchPatients(clinic, claim.statement)).some((one) => one.id === patient))
  if (!fits) return showClaims(people, request, say('claims.gone'))
  if ((await people.claims.decide(clinic, id, by.id, patient)) === undefined)
    return showClaims(people, request, say('claims.gone'))
  const { address, requestId } = exchange
  const person = await people.accounts.find(claim.account)
  if (patient !== undefined && person !== undefined)
    await people.accounts.join(person.id, {
      tenant: clinic,
      fhirUser: `Patient/${patient}`,
      roles: ['patient'],
    })
  await people.log.record({
    deed: 'roles-changed',
    clinic,
    account: by,
    address,
    requestId,
    ...(patient === undefined ? {} : { patient }),
    about: { id: claim.account },
    description: agreed
      ? 'connected an account with a record'
      : 'refused to connect an account with a record',
  })
  if (person !== undefined) {
    const name = await people.nameOfClinic(clinic)
    const text = say(agreed ? 'letter.claimYes' : 'letter.claimNo', {
      name: person.displayName,
      clinic: name,
    })
    tell(people, person.email, say('letter.claimSubject', { clinic: name }), text)
  }
  return goBack(`/oauth/admin/${clinic}/claims`, 'decided')
}

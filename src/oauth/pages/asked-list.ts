import type { AskedPiece, AskedScope, AskedScopes } from './consent-scopes.ts'
import { type Html, html } from './html.ts'
import { nameRecord } from './language.ts'
import type { PageRequest } from './page.ts'
import { partsOf } from './record-parts.ts'

/** Offered where an app asks for all there is: what people tell apart, most asked for first. */
const kindsOffered = [
  'Patient',
  'Appointment',
  'Observation',
  'Condition',
  'MedicationRequest',
  'AllergyIntolerance',
  'Immunization',
  'Procedure',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'CarePlan',
  'CareTeam',
  'Goal',
  'Coverage',
  'RelatedPerson',
  'Practitioner',
  'Organization',
  'Location',
] as const

/** One fieldset a kind of record, a box for each thing that can be said no to. */
export function askedList(request: PageRequest, asked: AskedScopes, patient: string | undefined): Html {
  const { say } = request
  const groups = (['patient', 'user'] as const).map((context) => ({
    context,
    scopes: asked.records.filter((scope) => scope.context === context),
  }))
  return html`${asked.identity && html`<p class="granted">${say('consent.identity')}</p>`}
${groups.map(
  ({ context, scopes }) =>
    scopes.length > 0 &&
    html`<h2>${
      context === 'user'
        ? say('consent.ofMany')
        : patient === undefined
          ? say('consent.ofYou')
          : say('consent.ofPatient', { name: patient })
    }</h2>
${scopes.map((scope) => buildScope(request, scope))}`,
)}
${
  asked.offline &&
  html`<fieldset class="asked"><legend>${say('consent.offline')}</legend>
${box('offline', say('consent.offlineYes'))}
<p class="hint">${say('consent.offlineWhat')}</p></fieldset>`
}`
}

function buildScope(request: PageRequest, scope: AskedScope): Html {
  const { say, language } = request
  const title = scope.type === '*' ? say('consent.everything') : nameRecord(language, scope.type)
  return html`<fieldset class="asked"><legend>${title}${
    scope.criteria !== '' &&
    html` <span class="quiet">${say('consent.onlyWhere', { criteria: describeCriteria(scope) })}</span>`
  }</legend>
<div class="boxes">${scope.pieces.map((piece) => box(piece.value, describePiece(request, piece)))}</div>
${scope.type === '*' ? buildKinds(request, scope) : buildParts(request, scope)}</fieldset>`
}

function buildKinds({ say, language }: PageRequest, { index }: AskedScope): Html {
  return html`<p class="hint">${say('consent.future')}</p>
<details><summary>${say('consent.choose')}</summary>
<label class="box"><input type="radio" name="all.${index}" value="all" checked> ${say('consent.allKinds')}</label>
<label class="box"><input type="radio" name="all.${index}" value="only"> ${say('consent.onlyKinds')}</label>
<div class="kinds">${kindsOffered.map(
    (type) =>
      html`<label class="box"><input type="checkbox" name="kind" value="${index}.${type}"> ${nameRecord(language, type)}</label>`,
  )}</div>
</details>`
}

function buildParts({ say }: PageRequest, scope: AskedScope): Html | false {
  const parts = partsOf(scope)
  return (
    parts.length > 0 &&
    html`<details><summary>${say('consent.choosePart')}</summary>
<label class="box"><input type="radio" name="all.${scope.index}" value="all" checked> ${say('consent.allParts')}</label>
<label class="box"><input type="radio" name="all.${scope.index}" value="part"> ${say('consent.onlyParts')}</label>
<div class="kinds">${parts.map(
      (code) =>
        html`<label class="box"><input type="checkbox" name="part" value="${scope.index}.${code}"> ${say(`part.${code}`)}</label>`,
    )}</div>
</details>`
  )
}

function describePiece({ say }: PageRequest, { kind, letters }: AskedPiece): string {
  if (kind === 'see') return letters === 'r' ? say('consent.seeOne') : say('consent.see')
  const names = [...letters].map((letter) =>
    say(letter === 'c' ? 'consent.add' : letter === 'u' ? 'consent.edit' : 'consent.delete'),
  )
  return names.join(' · ')
}

/** The end of a code's system says more to people than all of it. */
function describeCriteria({ criteria }: AskedScope): string {
  return criteria
    .slice(1)
    .split('&')
    .map((pair) => pair.replace('=', ': ').replace(/: .*[|/]/, ': '))
    .join(', ')
}

function box(value: string, label: string): Html {
  return html`<label class="box"><input type="checkbox" name="piece" value="${value}" checked> ${label}</label>`
}

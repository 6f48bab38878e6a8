import fc from 'fast-check'
import { expect, test } from 'vitest'
import { admits } from '#access/admits.ts'
import { createPrincipal } from '#access/create-principal.ts'
import { publicDirectory } from '#access/patient-compartment.ts'
import { createExtractor } from '#fhir/extract.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Clause } from '#fhir/search-query.ts'

const definitions = loadDefinitions()
const extractor = createExtractor(definitions)
const shown = (visible: 'all' | 'nothing' | Clause, resource: Resource) =>
  admits(visible, resource, extractor, { localBases: ['http://127.0.0.1:8080/fhir'], timeZone: 'UTC' })
const caller = createPrincipal(
  {
    tenant: 'main',
    clientId: 'app',
    tokenId: 't',
    scope: 'patient/*.cruds patient/AuditEvent.rs',
    patient: 'mine',
  },
  definitions,
)

type Reference = { reference?: string; identifier?: { value: string } }

/** What a resource of the type looks like when these are its references to persons. */
const shapes: Record<string, (references: Reference[]) => Record<string, unknown>> = {
  Appointment: (all) => ({ participant: all.map((actor) => ({ actor, status: 'accepted' })) }),
  AppointmentResponse: ([actor]) => ({ actor }),
  AllergyIntolerance: ([patient, recorder, asserter]) => ({ patient, recorder, asserter }),
  AuditEvent: ([who, what]) => ({ agent: [{ who, requestor: true }], entity: [{ what }] }),
  CareTeam: ([subject, ...members]) => ({ subject, participant: members.map((member) => ({ member })) }),
  Composition: ([subject, ...author]) => ({ subject, author }),
  Coverage: ([beneficiary, subscriber, policyHolder, ...payor]) => ({
    beneficiary,
    subscriber,
    policyHolder,
    payor,
  }),
  Encounter: ([subject]) => ({ subject }),
  Group: (all) => ({ member: all.map((entity) => ({ entity })) }),
  Observation: ([subject, ...performer]) => ({ subject, performer }),
  Person: (all) => ({ link: all.map((target) => ({ target })) }),
  Provenance: (all) => ({ target: all }),
  RelatedPerson: ([patient]) => ({ patient }),
}

const reference = fc.oneof(
  fc.constantFrom('mine', 'other', 'Mine', 'mine2').map((id) => ({ reference: `Patient/${id}` })),
  fc.constantFrom(
    { reference: 'Patient/mine/_history/2' },
    { reference: 'Practitioner/mine' },
    { reference: 'Group/mine' },
    { reference: 'http://elsewhere.example/fhir/Patient/mine' },
    { reference: '#mine' },
    { reference: 'urn:uuid:mine' },
    { identifier: { value: 'Patient/mine' } },
    { identifier: { value: 'mine' } },
  ),
)
const isMine = ({ reference: text }: Reference) =>
  text === 'Patient/mine' || text === 'Patient/mine/_history/2'

test('a patient sees what refers to them, and never what is only about others', () => {
  const resource = fc.record({
    type: fc.constantFrom(...Object.keys(shapes)),
    references: fc.array(reference, { minLength: 1, maxLength: 4 }),
  })
  fc.assert(
    fc.property(resource, ({ type, references }) => {
      const built: Resource = { resourceType: type, id: 'x', ...shapes[type]?.(references) }
      const named = references.slice(0, namedBy(built))
      expect(shown(caller.visible(type), built)).toBe(named.some(isMine))
    }),
    { numRuns: 500 },
  )
})

/** A shape with single references takes as many as it has places for. */
function namedBy(resource: Resource): number {
  return JSON.stringify(resource).split(/"reference":|"identifier":/).length - 1
}

test('a Patient is in by its own id, and not by a link to it', () => {
  const visible = caller.visible('Patient')
  expect(shown(visible, { resourceType: 'Patient', id: 'mine' })).toBe(true)
  const linked = {
    resourceType: 'Patient',
    id: 'other',
    link: [{ other: { reference: 'Patient/mine' }, type: 'seealso' }],
  }
  expect(shown(visible, linked)).toBe(false)
})

test('an empty resource of any type is shown to no patient', () => {
  for (const type of definitions.resourceTypes) {
    if (publicDirectory.has(type)) continue
    expect(shown(caller.visible(type), { resourceType: type, id: 'x' }), type).toBe(false)
  }
})

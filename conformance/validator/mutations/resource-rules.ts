import { isObject, type JsonObject } from '../spots.ts'
import { isRootProperty } from './at-root.ts'
import type { Mutator } from './mutator.ts'

const x = { text: 'x' }
const somebody = { display: 'somebody' }
const coded = (system: string, code: string): JsonObject => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
})
const linked = (more: JsonObject): JsonObject => ({ linkId: 'a', text: 'x', ...more })
const when = (question: string): JsonObject => ({ question, operator: '=', answerString: 'x' })
const resource = { resourceType: 'Basic', id: 'b', code: x }
const url = 'http://example.org/fhir/Basic/b'

/** Elements to put in the place of what is there (null: none), so that one rule of the type is broken. */
const rules: Readonly<Record<string, readonly (readonly [rule: string, elements: JsonObject])[]>> = {
  AllergyIntolerance: [
    [
      'ait-1',
      { clinicalStatus: null, verificationStatus: coded('allergyintolerance-verification', 'confirmed') },
    ],
    ['ait-2', { verificationStatus: coded('allergyintolerance-verification', 'entered-in-error') }],
  ],
  Appointment: [
    ['app-1', { participant: [{ status: 'accepted' }] }],
    ['app-2', { end: null, start: '2026-03-01T09:30:00Z' }],
    ['app-2', { start: null, end: '2026-03-01T09:30:00Z', status: 'proposed' }],
    ['app-3', { status: 'booked', start: null, end: null }],
    ['app-3', { status: 'pending', start: null, end: null }],
    ['app-4', { status: 'booked', cancelationReason: x }],
  ],
  AppointmentResponse: [['apr-1', { actor: null, participantType: null }]],
  AuditEvent: [['sev-1', { entity: [{ name: 'x', query: 'QQ==' }] }]],
  Bundle: [
    ['bdl-1', { type: 'collection', total: 1, entry: [{ fullUrl: url, resource }] }],
    [
      'bdl-2',
      { type: 'collection', total: null, entry: [{ fullUrl: url, resource, search: { mode: 'match' } }] },
    ],
    ['bdl-3', { type: 'transaction', total: null, entry: [{ fullUrl: url, resource }] }],
    [
      'bdl-3',
      {
        type: 'collection',
        total: null,
        entry: [{ fullUrl: url, resource, request: { method: 'GET', url: 'x' } }],
      },
    ],
    ['bdl-4', { type: 'batch-response', total: null, entry: [{ fullUrl: url, resource }] }],
    ['bdl-5', { type: 'collection', total: null, entry: [{ fullUrl: url }] }],
    [
      'bdl-7',
      {
        type: 'collection',
        total: null,
        entry: [
          { fullUrl: url, resource },
          { fullUrl: url, resource },
        ],
      },
    ],
    ['bdl-8', { type: 'collection', total: null, entry: [{ fullUrl: `${url}/_history/1`, resource }] }],
    [
      'bdl-9',
      {
        type: 'document',
        total: null,
        timestamp: '2026-03-01T09:30:00Z',
        entry: [{ fullUrl: url, resource }],
      },
    ],
    [
      'bdl-11',
      {
        type: 'document',
        total: null,
        timestamp: '2026-03-01T09:30:00Z',
        identifier: { system: 'http://example.org/ids', value: '1' },
        entry: [{ fullUrl: url, resource }],
      },
    ],
    ['bdl-12', { type: 'message', total: null, entry: [{ fullUrl: url, resource }] }],
  ],
  CareTeam: [
    [
      'ctm-1',
      {
        participant: [
          { member: { reference: 'Organization/1' }, onBehalfOf: { reference: 'Organization/2' } },
        ],
      },
    ],
  ],
  ConceptMap: [
    ['cmd-1', { group: [{ element: [{ code: 'a', target: [{ code: 'b', equivalence: 'narrower' }] }] }] }],
    ['cmd-2', { group: [{ element: [{ code: 'a' }], unmapped: { mode: 'fixed' } }] }],
    ['cmd-3', { group: [{ element: [{ code: 'a' }], unmapped: { mode: 'other-map' } }] }],
  ],
  Composition: [
    ['cmp-1', { section: [{ title: 'x' }] }],
    ['cmp-2', { section: [{ title: 'x', emptyReason: x, entry: [somebody] }] }],
  ],
  Condition: [
    ['con-1', { stage: [{ type: x }] }],
    ['con-2', { evidence: [{ id: 'x' }] }],
    [
      'con-4',
      {
        abatementAge: null,
        abatementDateTime: null,
        abatementString: 'x',
        clinicalStatus: coded('condition-clinical', 'active'),
      },
    ],
    [
      'con-5',
      {
        abatementString: null,
        clinicalStatus: coded('condition-clinical', 'active'),
        verificationStatus: coded('condition-ver-status', 'entered-in-error'),
      },
    ],
  ],
  Consent: [['ppc-1', { policy: null, policyRule: null }]],
  FamilyMemberHistory: [
    ['fhs-1', { ageString: 'x', bornString: 'y', bornPeriod: null, bornDate: null }],
    ['fhs-2', { ageString: null, ageRange: null, ageAge: null, estimatedAge: true }],
  ],
  Goal: [['gol-1', { target: [{ detailString: 'x' }] }]],
  Group: [['grp-1', { actual: false, member: [{ entity: somebody }] }]],
  Immunization: [['imm-1', { education: [{ publicationDate: '2020' }] }]],
  Linkage: [['lnk-1', { item: [{ type: 'source', resource: somebody }] }]],
  List: [
    ['lst-1', { emptyReason: x, entry: [{ item: somebody }] }],
    ['lst-2', { mode: 'working', emptyReason: null, entry: [{ deleted: true, item: somebody }] }],
    ['lst-3', { mode: 'snapshot', emptyReason: null, entry: [{ date: '2020', item: somebody }] }],
  ],
  MedicationAdministration: [['mad-1', { dosage: x }]],
  MessageDefinition: [['md-1', { focus: [{ code: 'Patient', min: 0, max: '0' }] }]],
  MolecularSequence: [
    ['msq-3', { coordinateSystem: 2 }],
    ['msq-5', { referenceSeq: { genomeBuild: 'x', windowStart: 1, windowEnd: 2 } }],
    ['msq-6', { referenceSeq: { referenceSeqString: 'x', referenceSeqId: x, windowStart: 1, windowEnd: 2 } }],
  ],
  NamingSystem: [
    ['nsd-1', { kind: 'root', uniqueId: [{ type: 'uuid', value: 'c757873d-ec9a-4326-a141-556f43239520' }] }],
    [
      'nsd-2',
      {
        uniqueId: [
          { type: 'oid', value: '1.2', preferred: true },
          { type: 'oid', value: '1.3', preferred: true },
        ],
      },
    ],
  ],
  Observation: [
    ['obs-3', { referenceRange: [{ type: x }] }],
    ['obs-6', { valueQuantity: null, valueString: 'x', dataAbsentReason: x }],
    [
      'obs-7',
      {
        valueQuantity: null,
        valueString: 'x',
        code: coded('v3-ActCode', 'AMB'),
        component: [{ code: coded('v3-ActCode', 'AMB'), valueString: 'x' }],
      },
    ],
  ],
  Organization: [
    ['org-1', { name: null, identifier: null }],
    ['org-2', { address: [{ use: 'home', city: 'Basel' }] }],
    ['org-3', { telecom: [{ use: 'home', system: 'phone', value: '1' }] }],
  ],
  Parameters: [
    ['inv-1', { parameter: [{ name: 'x' }] }],
    ['inv-1', { parameter: [{ name: 'x', valueString: 'y', resource }] }],
    ['inv-1', { parameter: [{ name: 'x', valueString: 'y', part: [{ name: 'z', valueString: 'y' }] }] }],
  ],
  Patient: [['pat-1', { contact: [{ gender: 'male' }] }]],
  Questionnaire: [
    ['que-1', { item: [linked({ type: 'group' })] }],
    ['que-1', { item: [linked({ type: 'display', item: [linked({ linkId: 'b', type: 'string' })] })] }],
    ['que-2', { item: [linked({ type: 'string' }), linked({ type: 'string' })] }],
    ['que-3', { item: [linked({ type: 'display', code: [{ code: 'x' }] })] }],
    [
      'que-4',
      {
        item: [
          linked({
            type: 'choice',
            answerOption: [{ valueString: 'x' }],
            answerValueSet: 'http://example.org/x',
          }),
        ],
      },
    ],
    ['que-5', { item: [linked({ type: 'boolean', answerOption: [{ valueString: 'x' }] })] }],
    ['que-6', { item: [linked({ type: 'display', required: true })] }],
    [
      'que-7',
      {
        item: [
          linked({ type: 'string' }),
          linked({ linkId: 'b', type: 'string', enableWhen: [{ ...when('a'), operator: 'exists' }] }),
        ],
      },
    ],
    ['que-8', { item: [linked({ type: 'display', initial: [{ valueString: 'x' }] })] }],
    ['que-9', { item: [linked({ type: 'display', readOnly: true })] }],
    ['que-10', { item: [linked({ type: 'date', maxLength: 3 })] }],
    [
      'que-11',
      {
        item: [
          linked({ type: 'choice', answerOption: [{ valueString: 'x' }], initial: [{ valueString: 'x' }] }),
        ],
      },
    ],
    [
      'que-12',
      {
        item: [
          linked({ type: 'string' }),
          linked({ linkId: 'b', type: 'string', enableWhen: [when('a'), when('a'), when('a')] }),
        ],
      },
    ],
    ['que-13', { item: [linked({ type: 'string', initial: [{ valueString: 'x' }, { valueString: 'y' }] })] }],
  ],
  QuestionnaireResponse: [
    ['qrs-1', { item: [{ linkId: '1', answer: [{ valueString: 'x' }], item: [{ linkId: '2' }] }] }],
  ],
  RiskAssessment: [
    [
      'ras-1',
      {
        prediction: [
          { probabilityRange: { low: { value: 1, system: 'http://unitsofmeasure.org', code: 'kg' } } },
        ],
      },
    ],
    ['ras-2', { prediction: [{ probabilityDecimal: 101 }] }],
  ],
  SearchParameter: [
    ['spd-1', { xpath: 'f:x', xpathUsage: null }],
    ['spd-2', { type: 'string', chain: ['x'] }],
  ],
  ValueSet: [
    ['vsd-1', { expansion: null, compose: { include: [{ version: '1' }] } }],
    [
      'vsd-2',
      {
        expansion: null,
        compose: { include: [{ valueSet: ['http://example.org/x'], concept: [{ code: 'x' }] }] },
      },
    ],
    [
      'vsd-3',
      {
        expansion: null,
        compose: {
          include: [
            {
              system: 'http://example.org/x',
              concept: [{ code: 'x' }],
              filter: [{ property: 'p', op: '=', value: 'v' }],
            },
          ],
        },
      },
    ],
    [
      'vsd-6',
      { expansion: { timestamp: '2026', contains: [{ system: 'http://example.org/x', abstract: true }] } },
    ],
    ['vsd-9', { expansion: { timestamp: '2026', contains: [{ display: 'x' }] } }],
    ['vsd-10', { expansion: { timestamp: '2026', contains: [{ code: 'x' }] } }],
  ],
}

/** The rules of resource types, each broken by name: https://hl7.org/fhir/R4/conformance-rules.html#constraints */
export const resourceRuleMutators: readonly Mutator[] = Object.entries(rules).flatMap(([type, broken]) =>
  broken.map(
    ([rule, elements], index): Mutator => ({
      kind: 'rule-broken',
      about: `${rule}-${index}`,
      applies: (spot) => spot.within === type && isRootProperty(spot),
      change: ({ owner }) => {
        if (!isObject(owner)) return
        for (const [name, value] of Object.entries(elements)) {
          if (value === null) delete owner[name]
          else owner[name] = structuredClone(value)
        }
      },
    }),
  ),
)

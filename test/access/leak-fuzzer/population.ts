import type { Resource } from '#fhir/resource.ts'
import type { Random } from './random.ts'

export const confidentiality = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'

/** One version; every one carries a mark of its own as a tag, and so does every element that a policy may hide. */
export interface Version {
  readonly version: number
  readonly updated: Date
  /** Undefined: deleted. */
  readonly resource: Resource | undefined
}

export interface Entry {
  readonly type: string
  readonly id: string
  readonly versions: Version[]
}

export const ids = {
  Patient: ['p1', 'p2', 'p3', 'p4'],
  RelatedPerson: ['rp1', 'rp2'],
  Practitioner: ['d1', 'd2'],
  PractitionerRole: ['dr1'],
  Organization: ['o1'],
  Location: ['l1'],
  Schedule: ['sc1', 'sc2'],
  Slot: ['sl1', 'sl2', 'sl3'],
  Appointment: ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'],
  AppointmentResponse: ['ar1', 'ar2'],
  Observation: ['ob1', 'ob2', 'ob3', 'ob4', 'ob5', 'ob6'],
  Condition: ['c1', 'c2', 'c3'],
  Encounter: ['e1', 'e2', 'e3'],
  Communication: ['co1', 'co2', 'co3'],
  List: ['li1', 'li2'],
  Group: ['g1'],
  Provenance: ['pr1', 'pr2'],
} as const

export type FuzzType = keyof typeof ids
export const types = Object.keys(ids) as FuzzType[]

export const names = ['Ahab', 'Starbuck', 'Ishmael', 'Queequeg']
export const statusOf = {
  Appointment: ['booked', 'cancelled', 'proposed', 'fulfilled'],
  Observation: ['final', 'preliminary', 'amended'],
  Encounter: ['planned', 'finished'],
  Communication: ['completed', 'in-progress'],
  Slot: ['free', 'busy'],
  List: ['current', 'retired'],
} as const

/** Elements that policies of the fuzzer hide; each kept where nothing but its own parameters looks at it. */
export const hideable: Partial<Record<FuzzType, readonly string[]>> = {
  Patient: ['birthDate', 'gender', 'generalPractitioner'],
  Practitioner: ['birthDate'],
  Slot: ['comment'],
  Schedule: ['comment'],
  Appointment: ['comment', 'supportingInformation', 'reasonReference', 'description'],
  Observation: ['note', 'encounter', 'performer'],
  Communication: ['note', 'payload'],
}

let marks = 0
/** Found again in whatever text it gets into. */
export function newMark(): string {
  return `mark${(marks++).toString(36)}x`
}

export const markForm = /mark[0-9a-z]+x/g

const ref = (type: FuzzType, random: Random) => ({ reference: `${type}/${random.pick(ids[type])}` })
const maybe = (random: Random, element: object) => (random.chance(0.6) ? element : {})

/** What one version of a resource says, at random. */
export function buildResource(type: FuzzType, id: string, random: Random): Resource {
  const status = (of: keyof typeof statusOf) => ({ status: random.pick(statusOf[of]) })
  const many = (of: readonly FuzzType[], most = 2) =>
    Array.from({ length: 1 + random.below(most) }, () => ref(random.pick(of), random))
  const body: Record<FuzzType, () => object> = {
    Patient: () => ({
      ...maybe(random, { active: true }),
      name: [{ family: random.pick(names), given: [newMark()] }],
      ...maybe(random, { gender: random.pick(['male', 'female']) }),
      ...maybe(random, { birthDate: `19${50 + random.below(4)}-01-01` }),
      ...maybe(random, { generalPractitioner: many(['Practitioner']) }),
      ...maybe(random, { managingOrganization: ref('Organization', random) }),
    }),
    RelatedPerson: () => ({ patient: ref('Patient', random), name: [{ family: random.pick(names) }] }),
    Practitioner: () => ({ name: [{ family: random.pick(names) }], birthDate: '1960-06-06' }),
    PractitionerRole: () => ({
      practitioner: ref('Practitioner', random),
      organization: ref('Organization', random),
    }),
    Organization: () => ({ name: random.pick(names) }),
    Location: () => ({ name: random.pick(names) }),
    Schedule: () => ({
      actor: many(['Practitioner', 'Location', 'Patient']),
      ...maybe(random, { comment: newMark() }),
    }),
    Slot: () => ({
      schedule: ref('Schedule', random),
      ...status('Slot'),
      start: `2030-01-0${1 + random.below(9)}T09:00:00Z`,
      end: '2030-01-09T10:00:00Z',
      ...maybe(random, { comment: newMark() }),
    }),
    Appointment: () => ({
      ...status('Appointment'),
      start: `2030-01-0${1 + random.below(9)}T09:00:00Z`,
      end: '2030-01-10T10:00:00Z',
      slot: many(['Slot'], 1),
      participant: many(['Patient', 'Patient', 'Practitioner', 'RelatedPerson'], 3).map((actor) => ({
        actor,
        status: 'accepted',
      })),
      ...maybe(random, { comment: newMark() }),
      ...maybe(random, { description: newMark() }),
      ...maybe(random, { supportingInformation: many(['Observation', 'Condition']) }),
      ...maybe(random, { reasonReference: many(['Condition']) }),
    }),
    AppointmentResponse: () => ({
      appointment: ref('Appointment', random),
      actor: ref(random.pick(['Patient', 'Practitioner']), random),
      participantStatus: 'accepted',
    }),
    Observation: () => ({
      ...status('Observation'),
      category: [{ coding: [{ code: random.pick(['laboratory', 'vital-signs']) }] }],
      code: { text: random.pick(names) },
      subject: ref('Patient', random),
      ...maybe(random, { encounter: ref('Encounter', random) }),
      ...maybe(random, { performer: many(['Practitioner', 'Patient']) }),
      ...maybe(random, { note: [{ text: newMark() }] }),
      ...maybe(random, { hasMember: many(['Observation'], 1) }),
    }),
    Condition: () => ({
      subject: ref('Patient', random),
      code: { text: random.pick(names) },
      ...maybe(random, { asserter: ref(random.pick(['Patient', 'Practitioner']), random) }),
      ...maybe(random, { encounter: ref('Encounter', random) }),
    }),
    Encounter: () => ({
      ...status('Encounter'),
      class: { code: 'AMB' },
      subject: ref('Patient', random),
      ...maybe(random, { appointment: many(['Appointment'], 1) }),
    }),
    Communication: () => ({
      ...status('Communication'),
      ...maybe(random, { subject: ref('Patient', random) }),
      sender: ref(random.pick(['Patient', 'Practitioner']), random),
      recipient: many(['Patient', 'Practitioner', 'RelatedPerson']),
      ...maybe(random, { note: [{ text: newMark() }] }),
      ...maybe(random, { payload: [{ contentString: newMark() }] }),
    }),
    List: () => ({
      ...status('List'),
      mode: 'working',
      ...maybe(random, { subject: ref('Patient', random) }),
      entry: many(['Observation', 'Condition', 'Patient'], 3).map((item) => ({ item })),
    }),
    Group: () => ({
      type: 'person',
      actual: true,
      member: many(['Patient'], 2).map((entity) => ({ entity })),
    }),
    Provenance: () => ({
      target: many(['Patient', 'Observation', 'Appointment']),
      recorded: '2029-01-01T00:00:00Z',
      agent: [{ who: ref('Practitioner', random) }],
    }),
  }
  return {
    resourceType: type,
    id,
    meta: {
      versionId: '1',
      ...(random.chance(0.2) && { security: [{ system: confidentiality, code: random.pick(['R', 'N']) }] }),
      tag: [
        { system: 'urn:mark', code: newMark() },
        ...(random.chance(0.4) ? [{ system: 'urn:kind', code: 'a' }] : []),
      ],
    },
    ...(random.chance(0.2) && {
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${newMark()}</div>` },
    }),
    ...body[type](),
  }
}

/** Most with one version, some that once said something else, some deleted. */
export function buildPopulation(random: Random): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  let clock = Date.parse('2029-01-01T00:00:00Z')
  const all = types.flatMap((type) => ids[type].map((id) => ({ type, id, versions: [] as Version[] })))
  for (let round = 0; round < 3; round++) {
    for (const entry of all) {
      if (round > 0 && !random.chance(0.35)) continue
      const version = entry.versions.length + 1
      clock += 1_000
      const updated = new Date(clock)
      const deleted = round > 0 && random.chance(0.1)
      const resource = deleted ? undefined : buildResource(entry.type, entry.id, random)
      if (resource?.meta !== undefined) {
        resource.meta = { ...resource.meta, versionId: String(version), lastUpdated: updated.toISOString() }
      }
      entry.versions.push({ version, updated, resource })
      entries.set(`${entry.type}/${entry.id}`, entry)
    }
  }
  return entries
}

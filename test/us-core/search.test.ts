import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { openUsCoreClinic, type UsCoreClinic } from './us-core-clinic.ts'

/** https://hl7.org/fhir/us/core/CapabilityStatement-us-core-server.html, as its test kit asks and looks again. */
let clinic: UsCoreClinic
beforeAll(async () => {
  clinic = await openUsCoreClinic()
  await clinic.send('PUT', 'Practitioner/us-core-other', {
    resourceType: 'Practitioner',
    id: 'us-core-other',
    identifier: [{ system: 'https://amherst.example/staff', value: 'other' }],
    name: [{ family: 'Boneham', given: ['Marrow'] }],
  })
})
afterAll(() => clinic[Symbol.asyncDispose]())

const amy = ['match Patient/us-core-amy']
const gone = ['match Patient/us-core-deceased']

test.each([
  ['Patient?birthdate=1987-02-20', amy],
  ['Patient?birthdate=ge1987-02-20&birthdate=lt1987-02-21&name=shaw', amy],
  ['Patient?death-date=2024-11-03&family=gomez', gone],
  ['Patient?death-date=2024-11-03T04:15:00-05:00&family=gomez', gone],
  ['Patient?death-date=2024-11-03T09:15:00Z', gone],
  ['Patient?death-date=gt2024-11-03T04:14:59-05:00', gone],
  ['Patient?death-date=2024-11-03T04:15:01-05:00', []],
  ['Patient?death-date=lt2024-11-03T04:15:00-05:00', []],
  ['Encounter?date=2026-03-02&patient=us-core-amy', ['match Encounter/us-core-visit']],
  ['Encounter?date=gt2026-03-02T15:29:59Z&patient=us-core-amy', ['match Encounter/us-core-visit']],
  ['Encounter?date=gt2026-03-02T15:30:01Z&patient=us-core-amy', []],
])('dates are asked to the day, times to the second with their offset: %s', async (search, wanted) => {
  expect(await clinic.found(search)).toEqual(wanted)
})

test.each([
  ['Practitioner?name=Bone', ['match Practitioner/us-core-doctor', 'match Practitioner/us-core-other']],
  ['Practitioner?name=marrow', ['match Practitioner/us-core-doctor', 'match Practitioner/us-core-other']],
  ['Practitioner?name=amery', ['match Practitioner/us-core-doctor']],
  ['Practitioner?name=dr.', ['match Practitioner/us-core-doctor']],
  ['Patient?name=baxter', amy],
  ['Patient?name=jose', gone],
])('any of several names finds its bearer: %s', async (search, wanted) => {
  expect(await clinic.found(search)).toEqual(wanted)
})

test.each([
  ['Patient?birthdate=1987-02-20&family=shaw', amy],
  ['Patient?family=shaw&gender=female', amy],
  ['Patient?gender=female&name=shaw', amy],
  ['Patient?name=shaw&birthdate=1987-02-20', amy],
  ['Patient?family=gomez&death-date=2024-11-03', gone],
  ['Patient?identifier=https://amherst.example/mrn|1032702', amy],
  ['Patient?_id=us-core-amy', amy],
  ['PractitionerRole?specialty=207Q00000X', ['match PractitionerRole/us-core-role']],
  [
    'PractitionerRole?specialty=http://nucc.org/provider-taxonomy|207Q00000X',
    ['match PractitionerRole/us-core-role'],
  ],
  ['PractitionerRole?practitioner=Practitioner/us-core-doctor', ['match PractitionerRole/us-core-role']],
  ['Organization?name=pioneer', ['match Organization/us-core-clinic']],
  ['Location?name=the%20old', ['match Location/us-core-south-wing']],
  ['Location?address=01002', ['match Location/us-core-south-wing']],
  ['Location?address-city=amherst&address-state=MA', ['match Location/us-core-south-wing']],
])('%s finds what was seeded, by GET and by POST', async (search, wanted) => {
  expect(await clinic.found(search)).toEqual(wanted)
})

test('a role brings its practitioner and its endpoint along', async () => {
  const search = 'PractitionerRole?practitioner=us-core-doctor'
  const includes = '_include=PractitionerRole:practitioner&_include=PractitionerRole:endpoint'
  expect(await clinic.found(`${search}&${includes}`)).toEqual([
    'include Endpoint/us-core-direct',
    'include Practitioner/us-core-doctor',
    'match PractitionerRole/us-core-role',
  ])
})

/** The strings that a name or an address is made of. */
const parts: Readonly<Record<string, readonly string[]>> = {
  name: ['family', 'given', 'prefix', 'suffix', 'text'],
  address: ['line', 'city', 'district', 'state', 'postalCode', 'country', 'text'],
}

function stringsOf(resource: Resource, name: string): readonly string[] {
  const values = [resource[name], name === 'name' ? resource.alias : []].flat()
  return values.flatMap((value) =>
    typeof value === 'string'
      ? [value]
      : (parts[name] ?? []).flatMap((part) => (value as Record<string, string[]> | undefined)?.[part] ?? []),
  )
}

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

test.each([
  ['Patient', 'name'],
  ['Practitioner', 'name'],
  ['Organization', 'name'],
  ['Organization', 'address'],
  ['Location', 'name'],
  ['Location', 'address'],
])(
  'every match of %s?%s= starts with what was asked, and everything that does is found',
  async (type, name) => {
    const { json } = await clinic.send('GET', `${type}?_count=100`)
    const all = (json.entry ?? []).map(({ resource }) => resource)
    const words = new Set(all.flatMap((resource) => stringsOf(resource, name)))
    expect(words.size).toBeGreaterThan(0)
    for (const word of words) {
      const asked = word.slice(0, 4)
      const wanted = all
        .filter((one) => stringsOf(one, name).some((text) => plain(text).startsWith(plain(asked))))
        .map(({ id }) => `match ${type}/${id}`)
        .sort()
      const escaped = encodeURIComponent(asked.replace(/[\\,$|]/g, '\\$&'))
      expect(await clinic.found(`${type}?${name}=${escaped}`), asked).toEqual(wanted)
    }
  },
)

test('a token finds exactly its code, with its system and without', async () => {
  expect(await clinic.found('Patient?identifier=103270')).toEqual([])
  expect(await clinic.found('Patient?identifier=https://other.example|1032702')).toEqual([])
  expect(await clinic.found('Patient?identifier=https://amherst.example/mrn|')).toHaveLength(3)
})

test.each([
  'Patient?gender=female',
  'Practitioner?name=bone',
  'PractitionerRole?practitioner=us-core-doctor',
  'Organization?address=amherst',
  'Location?address-city=amherst',
  'Encounter?patient=us-core-amy',
  'DocumentReference?patient=us-core-amy',
])('no status is demanded: %s finds what there is', async (search) => {
  expect(await clinic.found(search)).not.toEqual([])
})

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { openUsCoreClinic, profiled, releases, seeded, type UsCoreClinic, url } from './us-core-clinic.ts'

/** https://hl7.org/fhir/us/core/must-support.html: stored, returned, and shown once at least by what is seeded. */
let clinic: UsCoreClinic
const returned: Resource[] = []

beforeAll(async () => {
  clinic = await openUsCoreClinic()
  for (const { resourceType, id } of seeded) {
    const { status, json } = await clinic.send('GET', `${resourceType}/${id}`)
    expect(status, `${resourceType}/${id}`).toBe(200)
    returned.push(json)
  }
})
afterAll(() => clinic[Symbol.asyncDispose]())

interface Marked {
  readonly id: string
  readonly mustSupport?: boolean
}

function marked(name: string, release: string): readonly string[] {
  const file = `../../fhir-profiles/structure-definitions/us-core/${release}/us-core-${name}.json`
  const { differential } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as {
    differential: { element: Marked[] }
  }
  return differential.element.filter(({ mustSupport }) => mustSupport === true).map(({ id }) => id)
}

/** All values at a path such as `Patient.name.family` or `Organization.identifier:NPI.value`. */
function valuesAt(path: string, from: readonly unknown[]): readonly unknown[] {
  const [, ...steps] = path.split('.')
  let values = from
  for (const step of steps) {
    const [name = '', slice] = step.split(':')
    values = values
      .flatMap((value) => (value as Record<string, unknown>)[name] ?? [])
      .filter((value) => slice === undefined || isOfSlice(value, slice))
  }
  return values
}

function isOfSlice(value: unknown, slice: string): boolean {
  const { system, url: name } = value as { system?: string; url?: string }
  return name === slice || (slice === 'NPI' && system === 'http://hl7.org/fhir/sid/us-npi')
}

function returnedOf(type: string): readonly Resource[] {
  return returned.filter(({ resourceType }) => resourceType === type)
}

describe.each(releases)('US Core %s', (release) => {
  test.each(profiled)('the seeded resources of %s show every element marked must-support', (type, name) => {
    const paths = marked(name, release)
    expect(paths.length).toBeGreaterThan(7)
    expect(paths.filter((path) => valuesAt(path, returnedOf(type)).length === 0)).toEqual([])
  })

  test.each(['race', 'ethnicity', 'tribal-affiliation'])(
    'a seeded patient shows each part of %s marked must-support',
    (name) => {
      const extensions = valuesAt('Patient.extension', returnedOf('Patient')).filter(
        (extension) => (extension as { url: string }).url === url(name),
      )
      const paths = marked(name, release)
      expect(paths.filter((path) => valuesAt(path, extensions).length === 0)).toEqual([])
    },
  )
})

test.each([
  ['Patient', ['name.use', 'name.suffix', 'name.period.end']],
  ['Patient', ['address.use', 'address.period.end']],
  ['Patient', ['telecom.system', 'telecom.value', 'telecom.use']],
  ['Patient', ['communication.language', 'deceasedDateTime']],
  [
    'Practitioner',
    ['address.line', 'address.city', 'address.state', 'address.postalCode', 'address.country'],
  ],
  ['Practitioner', ['telecom.system', 'telecom.value']],
])('USCDI asks more of %s and finds it among the seeded: %j', (type, paths) => {
  expect(paths.filter((path) => valuesAt(`${type}.${path}`, returnedOf(type)).length === 0)).toEqual([])
})

test.each(['race', 'ethnicity', 'tribal-affiliation', 'sex', 'birthsex', 'interpreter-needed'])(
  'a seeded patient carries the extension us-core-%s',
  (name) => {
    const urls = valuesAt('Patient.extension.url', returnedOf('Patient'))
    expect(urls).toContain(url(name))
  },
)

test('a detailed race and ethnicity stand beside the categories and the text', () => {
  const parts = valuesAt('Patient.extension', returnedOf('Patient'))
    .filter((one) => [url('race'), url('ethnicity')].includes((one as { url: string }).url))
    .map((one) => new Set(valuesAt('Extension.extension.url', [one])))
  expect(parts).toEqual([
    new Set(['ombCategory', 'detailed', 'text']),
    new Set(['ombCategory', 'detailed', 'text']),
  ])
})

test('a previous name and a previous address are told by use and by their end', () => {
  const patients = returnedOf('Patient') as unknown as readonly Record<'name' | 'address', Previous[]>[]
  const previous = (list: readonly Previous[] | undefined) =>
    list?.some(({ use, period }) => use === 'old' && period?.end !== undefined)
  expect(patients.some(({ name }) => previous(name))).toBe(true)
  expect(patients.some(({ address }) => previous(address))).toBe(true)
})

interface Previous {
  readonly use?: string
  readonly period?: { readonly end?: string }
}

test.each(seeded.map((resource) => [`${resource.resourceType}/${resource.id}`, resource] as const))(
  '%s comes back with everything that was seeded',
  (name, { meta, ...sent }) => {
    const { meta: stored, ...back } = returned.find(
      ({ resourceType, id }) => `${resourceType}/${id}` === name,
    ) as Resource
    expect(back).toEqual(sent)
    expect(stored).toMatchObject(meta ?? {})
  },
)

test.each(profiled)('%s meets its profile in each release, by $validate', async (type, name) => {
  for (const { id, meta, ...resource } of returnedOf(type)) {
    for (const release of releases) {
      const profile = encodeURIComponent(`${url(name)}|${release}`)
      const { json } = await clinic.send('POST', `${type}/$validate?profile=${profile}`, resource)
      expect(
        json.issue?.filter(({ severity }) => severity === 'error'),
        `${id} ${release}`,
      ).toEqual([])
    }
  }
})

test.each(profiled)(
  'a %s names its profile, and a claim that does not hold is refused',
  async (type, name) => {
    for (const { id, meta } of returnedOf(type)) expect(meta?.profile?.join(), id).toContain(url(name))
    const nothing = { resourceType: type, meta: { profile: [url(name)] } }
    expect((await clinic.send('POST', type, nothing)).status).toBe(422)
  },
)

test('nobody is known by a social security number', () => {
  expect(JSON.stringify(returned)).not.toContain('http://hl7.org/fhir/sid/us-ssn')
})

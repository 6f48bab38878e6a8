import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FhirResource } from 'fhir/r4.d.ts'
import { expect, test } from 'vitest'
import { buildAuditEvent } from '#audit/build-audit-event.ts'
import { buildDemoClinic } from '#demo/demo-clinic.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { listProfiles, loadProfiles } from '#fhir/profiles/load-profiles.ts'
import type { Resource } from '#fhir/resource.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import { faultOfExpression } from '#validation/fault-of-expression.ts'
import { createValidator } from '#validation/validator.ts'

const root = join(import.meta.dirname, '../../fhir-profiles/examples')
const definitions = loadDefinitions()
const validator = createValidator({
  definitions,
  valueSets: loadTerminology(),
  profiles: loadProfiles(definitions),
  settings: { refuseUnknownProfiles: true },
})
const expected = readExample('expected.json') as unknown as Record<
  string,
  { expression: string; says: string }
>

function readExample(name: string): Resource {
  return JSON.parse(readFileSync(join(root, name), 'utf8')) as Resource
}

function namesIn(folder: string): string[] {
  return readdirSync(join(root, folder)).map((file) => file.replace('.json', ''))
}

function errors(resource: Resource | FhirResource, profiles: readonly string[] = []) {
  return validator.validate(resource, { profiles }).filter(({ severity }) => severity === 'error')
}

test.each(namesIn('valid'))('the example %s meets the profile that it claims', (name) => {
  const example = readExample(`valid/${name}.json`)
  expect(example.meta?.profile).toHaveLength(1)
  expect(errors(example)).toEqual([])
})

test.each(namesIn('invalid'))(
  'the example %s is refused for what it is named after, and for nothing else',
  (name) => {
    const { expression, says } = expected[name] ?? { expression: '', says: 'an entry in expected.json' }
    const found = errors(readExample(`invalid/${name}.json`))
    expect(found.map(({ diagnostics }) => diagnostics).join('\n')).toContain(says)
    const places = found.flatMap((issue) => issue.expression ?? [])
    expect(places.filter((place) => !place.startsWith(expression))).toEqual([])
    expect(places.length).toBeGreaterThan(0)
  },
)

test('each of our profiles has an example that meets it and one that does not', () => {
  const claimed = (folder: string) =>
    new Set(namesIn(folder).map((name) => readExample(`${folder}/${name}.json`).meta?.profile?.[0]))
  const [valid, invalid] = [claimed('valid'), claimed('invalid')]
  const ours = [...listProfiles()].filter(
    ({ url, type }) => url.includes('almanac.example') && type !== 'Extension',
  )
  expect(ours.length).toBeGreaterThan(9)
  expect(ours.filter(({ url }) => !valid.has(url) || !invalid.has(url))).toEqual([])
})

const profileOf: Readonly<Record<string, string>> = Object.fromEntries(
  [...listProfiles()]
    .filter(({ url, kind }) => url.includes('almanac.example') && kind === 'resource')
    .map(({ type, url }) => [type, url]),
)

test('everything in the demo clinic meets the profile of its type', () => {
  const clinic = buildDemoClinic(Temporal.PlainDate.from('2026-03-27'), 'Europe/Prague')
  const wrong = clinic.flatMap((resource) => errors(resource, [profileOf[resource.resourceType] as string]))
  expect(clinic.length).toBeGreaterThan(100)
  expect(wrong).toEqual([])
})

test('the AuditEvents that the server writes meet their profile', () => {
  const event = buildAuditEvent({
    id: 'event',
    when: new Date('2026-03-27T09:00:00Z'),
    interaction: 'read',
    method: 'GET',
    status: 404,
    type: 'Patient',
    resourceId: 'anna',
    base: 'main',
    requestId: 'request-1',
    address: '192.0.2.7',
  } as Parameters<typeof buildAuditEvent>[0])
  expect(errors(event, [profileOf.AuditEvent as string])).toEqual([])
})

test('every rule of every shipped profile can be evaluated', () => {
  const wrong = [...listProfiles()].flatMap(({ url, differential }) =>
    (differential?.element ?? []).flatMap(({ constraint = [] }) =>
      constraint.flatMap(({ key, expression }) => {
        const fault = expression === undefined ? undefined : faultOfExpression(expression)
        return fault === undefined ? [] : [`${url} ${key} ${fault}`]
      }),
    ),
  )
  expect(wrong).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { loadDefinitions } from '../../../src/fhir/load-definitions.ts'
import { Refusal } from '../../../src/fhir/refusal.ts'
import {
  type ParseOptions,
  parseClauses,
  parseSearch,
  type SearchPairs,
} from '../../../src/fhir/search-parse.ts'
import type { Clause, SearchValue } from '../../../src/fhir/search-query.ts'

const definitions = loadDefinitions()
const options: ParseOptions = {
  strict: false,
  base: 'http://clinic.example/fhir',
  timeZone: 'Europe/Berlin',
  count: { default: 20, most: 500 },
  now: new Date('2026-03-01T00:00:00Z'),
}

function parse(type: string, text: string, changes: Partial<ParseOptions> = {}) {
  return parseSearch(definitions, [type], pairsOf(text), { ...options, ...changes })
}

function pairsOf(text: string): SearchPairs {
  return [...new URLSearchParams(text.replaceAll('+', '%2B'))]
}

function clause(type: string, text: string): Clause {
  const [first] = parse(type, text, { strict: true }).query.where
  if (first === undefined) throw new Error('No criterion')
  return first
}

function values(type: string, text: string): readonly SearchValue[] {
  const found = clause(type, text)
  return found.kind === 'param' ? found.values : []
}

test('everything that refers to a resource is included without what only tells of its being read', () => {
  const sources = parse('Patient', '_revinclude=*').query.includes.map(({ type }) => type)
  expect(sources).toContain('Observation')
  expect(sources).not.toContain('AuditEvent')
  expect(parse('Patient', '_revinclude=AuditEvent:*').query.includes).toMatchObject([{ type: 'AuditEvent' }])
})

function refusal(type: string, text: string, changes: Partial<ParseOptions> = {}): Refusal {
  try {
    parse(type, text, changes)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error(`${type}?${text} was not refused`)
}

describe('values', () => {
  test.each([
    ['status=final', { kind: 'token', code: 'final' }],
    ['status=http://a|final', { kind: 'token', system: 'http://a', code: 'final' }],
    ['status=|final', { kind: 'token', system: null, code: 'final' }],
    ['status=http://a|', { kind: 'token', system: 'http://a' }],
    ['status=a\\|b', { kind: 'token', code: 'a|b' }],
    ['status=a\\,b', { kind: 'token', code: 'a,b' }],
    ['status=a\\\\', { kind: 'token', code: 'a\\' }],
    ['value-string=a\\$b', { kind: 'string', text: 'a$b' }],
    ['subject=Patient/1', { kind: 'reference', references: ['Patient/1'] }],
    ['subject=http://clinic.example/fhir/Patient/1', { kind: 'reference', references: ['Patient/1'] }],
    [
      'subject=http://other.example/Patient/1',
      { kind: 'reference', references: ['http://other.example/Patient/1'] },
    ],
    ['subject=Patient/1/_history/2', { kind: 'reference', references: ['Patient/1/_history/2'] }],
    ['subject:Patient=1', { kind: 'reference', references: ['Patient/1'] }],
    ['patient=7', { kind: 'reference', references: ['Patient/7'] }],
    [
      'value-quantity=5.4||mg',
      {
        kind: 'quantity',
        code: 'mg',
        number: { kind: 'number', prefix: 'eq', value: '5.4', low: '5.35', high: '5.45' },
      },
    ],
    [
      'value-quantity=gt100|http://u|mg',
      {
        kind: 'quantity',
        system: 'http://u',
        code: 'mg',
        number: { kind: 'number', prefix: 'gt', value: '100', low: '99.5', high: '100.5' },
      },
    ],
    [
      'date=2026-03-01',
      { kind: 'date', prefix: 'eq', start: Date.UTC(2026, 1, 28, 23), end: Date.UTC(2026, 2, 1, 23) },
    ],
    [
      'date=ge2026-03-29',
      { kind: 'date', prefix: 'ge', start: Date.UTC(2026, 2, 28, 23), end: Date.UTC(2026, 2, 29, 22) },
    ],
    [
      'date=sa2026-03-01T10:00:00Z',
      { kind: 'date', prefix: 'sa', start: Date.UTC(2026, 2, 1, 10), end: Date.UTC(2026, 2, 1, 10, 0, 1) },
    ],
    [
      'date=lt2026-03-01T10:00:00 01:00',
      { kind: 'date', prefix: 'lt', start: Date.UTC(2026, 2, 1, 9), end: Date.UTC(2026, 2, 1, 9, 0, 1) },
    ],
  ])('%s', (text, expected) => {
    expect(values('Observation', text)).toEqual([expected])
  })

  test('a bare id may mean any type that the reference allows', () => {
    expect(values('Observation', 'subject=1')).toEqual(
      [{ kind: 'reference', references: ['Patient/1', 'Group/1', 'Device/1', 'Location/1'].sort() }].map(
        (value) => ({ ...value, references: expect.arrayContaining(value.references) }),
      ),
    )
  })

  test('commas make alternatives, repeats make conditions', () => {
    expect(values('Observation', 'status=final,amended')).toHaveLength(2)
    expect(parse('Observation', 'status=final&status=amended').query.where).toHaveLength(2)
  })

  test('a composite takes one value for each of its parts', () => {
    expect(values('Observation', 'code-value-quantity=http://loinc.org|1-2$gt5')).toEqual([
      {
        kind: 'composite',
        components: [
          { kind: 'token', system: 'http://loinc.org', code: '1-2' },
          { kind: 'quantity', number: expect.objectContaining({ prefix: 'gt', value: '5' }) },
        ],
      },
    ])
    expect(refusal('Observation', 'code-value-quantity=1-2').kind).toBe('value')
  })

  test('approximately is a tenth of the gap to now, or of the number', () => {
    const [date] = values('Observation', 'date=ap2026-02-19T00:00:00Z')
    expect(date).toMatchObject({ start: Date.UTC(2026, 1, 18), end: Date.UTC(2026, 1, 20) + 1000 })
    expect(values('RiskAssessment', 'probability=ap10')).toMatchObject([{ low: '9.0', high: '11.0' }])
  })

  test('near takes a distance in several units', () => {
    expect(values('Location', 'near=52.5|13.4|500|m')).toEqual([
      { kind: 'near', latitude: 52.5, longitude: 13.4, kilometres: 0.5 },
    ])
    expect(refusal('Location', 'near=152.5|13.4').kind).toBe('value')
  })
})

describe('names', () => {
  test('a chain is followed to the types that know what comes after it', () => {
    const found = clause('Observation', 'subject.family=Ngata')
    expect(found).toMatchObject({ kind: 'chain', targets: [{ type: 'Patient' }] })
  })

  test('chains and reverse chains nest', () => {
    expect(clause('DiagnosticReport', 'result.subject:Patient.general-practitioner.name=ng')).toMatchObject({
      kind: 'chain',
      targets: [{ where: [{ kind: 'chain', targets: [{ type: 'Patient', where: [{ kind: 'chain' }] }] }] }],
    })
    expect(
      clause('Patient', '_has:Observation:patient:_has:AuditEvent:entity:agent=Practitioner/1'),
    ).toMatchObject({
      kind: 'has',
      type: 'Observation',
      where: [{ kind: 'has', type: 'AuditEvent', where: [{ kind: 'param' }] }],
    })
  })

  test('missing is asked of any parameter', () => {
    expect(clause('Patient', 'birthdate:missing=true')).toMatchObject({ kind: 'missing', missing: true })
    expect(refusal('Patient', 'birthdate:missing=yes').kind).toBe('value')
  })

  test.each([
    ['Patient', 'birthdate:exact=2020', 'invalid'],
    ['Patient', 'name:below=x', 'invalid'],
    ['Patient', 'gender:of-type=a|b|c', 'invalid'],
    ['Patient', 'name.given=x', 'invalid'],
    ['Observation', 'subject:Practitioner.name=x', 'invalid'],
    ['Observation', 'subject:Patient=Group/1', 'value'],
    ['Patient', '_has:Observation:code:status=final', 'invalid'],
    ['Patient', '_has:Nothing:patient:status=final', 'invalid'],
    ['Patient', 'birthdate=2026-02-30', 'value'],
    ['Patient', 'birthdate=yesterday', 'value'],
    ['Observation', 'value-quantity=much', 'value'],
    ['Observation', 'value-quantity=1e999999999', 'value'],
    ['Observation', 'subject=../../etc/passwd', 'value'],
    ['Patient', '_id=a/b', 'value'],
    ['Patient', 'identifier=a|b|c', 'value'],
    ['Patient', '_count=-1', 'value'],
    ['Patient', '_count=1e9', 'value'],
    ['Patient', '_total=maybe', 'value'],
    ['Patient', '_include=Patient', 'value'],
    ['Patient', '_include=Patient:name', 'value'],
    ['Patient', '_include:always=Patient:organization', 'invalid'],
    ['Patient', 'family=\n', 'value'],
    ['Patient', '_text=...', 'value'],
    ['Patient', '_filter=name', 'value'],
    ['Patient', '_filter=(name eq "a"', 'value'],
    ['Patient', '_filter=name eq "a', 'value'],
    ['Patient', '_filter=birthdate co 2020', 'invalid'],
  ])('%s?%s is refused, naming the parameter', (type, text, kind) => {
    const refused = refusal(type, text)
    expect(refused.kind).toBe(kind)
    expect(refused.status).toBe(400)
    expect(refused.issues[0]?.expression).toEqual([pairsOf(text)[0]?.[0]])
  })
})

describe('handling', () => {
  test('lenient handling leaves out what is not known and says so', () => {
    const parsed = parse(
      'Patient',
      'family=Ngata&hair=red&general-practitioner.hair=red&_sort=hair&_format=json',
    )
    expect(parsed.applied).toEqual([
      ['family', 'Ngata'],
      ['_format', 'json'],
    ])
    expect(parsed.ignored.map(({ name }) => name)).toEqual(['hair', 'general-practitioner.hair', '_sort'])
  })

  test('strict handling refuses it and names it', () => {
    const refused = refusal('Patient', 'family=Ngata&hair=red', { strict: true })
    expect(refused).toMatchObject({ kind: 'not-supported', status: 400 })
    expect(refused.issues[0]?.expression).toEqual(['hair'])
  })

  test('a modifier that is not known is refused even then: it would change what is meant', () => {
    expect(refusal('Patient', 'family:sounds-like=Ngata').kind).toBe('invalid')
  })

  test('counts are capped, and none means the total alone', () => {
    expect(parse('Patient', '_count=100000').query.count).toBe(500)
    expect(parse('Patient', '').query.count).toBe(20)
    expect(parse('Patient', '_count=0').query).toMatchObject({ count: 0, total: 'accurate' })
    expect(parse('Patient', '_summary=count')).toMatchObject({
      summary: 'count',
      query: { count: 0, total: 'accurate' },
    })
  })

  test('a system search is over the types named, or over all', () => {
    const parsed = parseSearch(definitions, [], pairsOf('_type=Patient,Slot&_lastUpdated=gt2020'), options)
    expect(parsed.query.types).toEqual(['Patient', 'Slot'])
    expect(parseSearch(definitions, [], [], options).query.types).toHaveLength(146)
    expect(() => parseSearch(definitions, [], pairsOf('_type=Patient,Nothing'), options)).toThrow(Refusal)
  })

  test('access rules state criteria alone', () => {
    expect(parseClauses(definitions, 'Observation', [['category', 'laboratory']], options)).toHaveLength(1)
    expect(() => parseClauses(definitions, 'Observation', [['_count', '1']], options)).toThrow(Refusal)
    expect(() => parseClauses(definitions, 'Observation', [['hair', 'red']], options)).toThrow(Refusal)
  })
})

describe('limits', () => {
  const chain = (links: number) => `${'partof.'.repeat(links)}name=x`

  test('three hundred values are an honest search, more than a thousand are not', () => {
    const list = (count: number) => Array.from({ length: count }, (_, number) => `v${number}`).join(',')
    expect(values('Patient', `identifier=${list(300)}`)).toHaveLength(300)
    expect(refusal('Patient', `identifier=${list(1001)}`).kind).toBe('too-costly')
    expect(refusal('Patient', `identifier=${list(600)}&identifier=${list(600)}`).kind).toBe('too-costly')
  })

  test.each([
    ['a chain of 20 links', 'Organization', chain(20)],
    ['a reverse chain of 20 links', 'Organization', `${'_has:Organization:partof:'.repeat(20)}name=x`],
    ['a chain that leads everywhere', 'Provenance', 'target.entity.entity._id=1'],
    ['101 criteria', 'Patient', 'name=a&'.repeat(101)],
    ['six sort keys', 'Patient', '_sort=name,name,name,name,name,name'],
    ['41 includes', 'Patient', '_include=Patient:organization&'.repeat(41)],
    ['a long value', 'Patient', `name=${'x'.repeat(2001)}`],
    ['a long filter', 'Patient', `_filter=${'active eq true or '.repeat(400)}active eq true`],
    ['a deep filter', 'Patient', `_filter=${'('.repeat(17)}active eq true${')'.repeat(17)}`],
  ])('%s is too much, and is told so', (_, type, text) => {
    expect(refusal(type, text)).toMatchObject({ kind: 'too-costly', status: 400 })
  })

  test('eight links are followed', () => {
    expect(clause('Organization', chain(8)).kind).toBe('chain')
  })

  test('patterns that make regular expressions explode are read at once', () => {
    for (const text of ['(a+)+$', `${'a'.repeat(1900)}!`, `${'\\,'.repeat(900)}`, `${' '.repeat(1900)}x`])
      for (const name of [
        'name',
        'identifier',
        'general-practitioner',
        'birthdate',
        '_filter',
        '_text',
        '_id',
      ])
        try {
          parse('Patient', `${name}=${encodeURIComponent(text)}`)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
  })
})

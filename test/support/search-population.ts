import fc from 'fast-check'
import type { Definitions, SearchParameter } from '../../src/fhir/definitions.ts'
import type { Resource } from '../../src/fhir/resource.ts'

/**
 * Small pools, so that random searches find something, and values chosen to be mistaken for one another: accents, case,
 * LIKE's wildcards, terms' separators, partial dates, open periods.
 */
export const pools = {
  ids: Array.from({ length: 9 }, (_, number) => `r${number}`),
  names: [
    'Müller',
    'Muller',
    'MULLER-Lüdenscheidt',
    'Smith',
    'smith_1',
    'Sm%th',
    'Ångström',
    'Ng',
    "O'Brien",
    'de la Cruz',
    'A',
    '100%',
    'back\\slash',
    'Straße',
  ],
  systems: ['http://a.example', 'http://a.example/deeper', 'urn:oid:1.2.3', 'http://loinc.org'],
  codes: ['A', 'a', 'b-1', 'x|y', 'p\\q', '~til', '^hat', '8480-6', 'true', 'final'],
  labels: ['Blood pressure', 'blood', 'Ärztin', 'Systolic'],
  dates: [
    '2019',
    '2020',
    '2020-02',
    '2020-02-29',
    '2020-03-01',
    '2020-02-29T10:00:00Z',
    '2020-02-29T10:00:00.500Z',
    '2020-02-29T12:00:00+02:00',
    '1999-12-31',
  ],
  instants: [
    '2020-02-29T10:00:00Z',
    '2020-02-29T10:00:00.250Z',
    '2020-02-29T10:30:00+01:00',
    '2020-03-01T00:00:00Z',
    '2020-03-29T01:30:00+01:00',
  ],
  numbers: ['0', '1', '1.0', '5', '5.4', '5.40', '100', '-3', '0.001', '12345678901234567890.5'],
  urls: [
    'http://x.example/a',
    'http://x.example/a/b',
    'http://x.example/ab',
    'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7',
    'http://x.example/a|2',
  ],
  positions: [
    [52.52, 13.405],
    [52.4, 13.05],
    [48.137, 11.575],
    [-33.86, 151.21],
    [51.5, 179.9],
  ],
  units: ['mm[Hg]', 'mg', 'Mg', 'kg'],
} as const

const one = <Value>(values: readonly Value[]) => fc.constantFrom(...values)
const many = <Value>(arbitrary: fc.Arbitrary<Value>, most = 2) =>
  fc.array(arbitrary, { minLength: 1, maxLength: most })
const maybe = { requiredKeys: [] as [] }

const coding = fc.record(
  { system: one(pools.systems), code: one(pools.codes), display: one(pools.labels) },
  maybe,
)
const concept = fc.record({ coding: many(coding), text: one(pools.labels) }, maybe)
const identifier = fc.record(
  { system: one(pools.systems), value: one(pools.codes), type: fc.record({ coding: many(coding) }) },
  maybe,
)
const period = fc
  .record({ start: one(pools.dates), end: one(pools.dates) }, maybe)
  .filter(({ start, end }) => start === undefined || end === undefined || start.slice(0, 4) < end.slice(0, 4))
const number = one(pools.numbers).map((text) => JSON.rawJSON(text))
const quantity = fc.record(
  {
    value: number,
    comparator: one(['<', '>', '<=', '>=']),
    system: one(pools.systems),
    code: one(pools.units),
    unit: one(pools.units),
  },
  { requiredKeys: ['value'] },
)
const name = fc.record(
  { family: one(pools.names), given: many(one(pools.names)), text: one(pools.names) },
  maybe,
)

function reference(...types: string[]) {
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(one(types), one(pools.ids)).map(([type, id]) => ({ reference: `${type}/${id}` })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(one(types), one(pools.ids))
        .map(([type, id]) => ({ reference: `http://127.0.0.1/fhir/${type}/${id}` })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(one(types), one(pools.ids))
        .map(([type, id]) => ({ reference: `${type}/${id}/_history/2` })),
    },
    { weight: 1, arbitrary: identifier.map((one) => ({ identifier: one })) },
    { weight: 1, arbitrary: fc.constant({ reference: 'http://elsewhere.example/fhir/Patient/r1' }) },
  )
}

const shapes: Readonly<Record<string, Record<string, fc.Arbitrary<unknown>>>> = {
  Patient: {
    identifier: many(identifier),
    active: fc.boolean(),
    name: many(name),
    telecom: many(fc.record({ system: one(['phone', 'email']), value: one(pools.codes) })),
    gender: one(['male', 'female', 'other']),
    birthDate: one(['2019', '2020-02', '2020-02-29', '1999-12-31']),
    address: many(fc.record({ city: one(pools.names), postalCode: one(pools.codes) }, maybe)),
    generalPractitioner: many(reference('Practitioner', 'Organization')),
    managingOrganization: reference('Organization'),
    deceasedBoolean: fc.boolean(),
  },
  Practitioner: {
    identifier: many(identifier),
    name: many(name),
    gender: one(['male', 'female']),
    active: fc.boolean(),
  },
  Organization: {
    name: one(pools.names),
    alias: many(one(pools.names)),
    partOf: reference('Organization'),
    type: many(concept),
  },
  Location: {
    name: one(pools.names),
    position: one(pools.positions).map(([latitude, longitude]) => ({ latitude, longitude })),
    partOf: reference('Location'),
    status: one(['active', 'suspended']),
  },
  Schedule: {
    actor: many(reference('Practitioner', 'Location', 'Patient')),
    active: fc.boolean(),
    planningHorizon: period,
  },
  Slot: {
    schedule: reference('Schedule'),
    start: one(pools.instants),
    status: one(['free', 'busy']),
    serviceType: many(concept),
  },
  Appointment: {
    status: one(['booked', 'pending', 'cancelled']),
    start: one(pools.instants),
    slot: many(reference('Slot')),
    participant: many(fc.record({ actor: reference('Patient', 'Practitioner', 'Location') })),
    serviceType: many(concept),
  },
  Encounter: {
    status: one(['finished', 'planned']),
    class: coding,
    subject: reference('Patient', 'Group'),
    period,
    length: quantity,
    partOf: reference('Encounter'),
    location: many(fc.record({ location: reference('Location'), period })),
  },
  Observation: {
    status: one(['final', 'amended']),
    code: concept,
    category: many(concept),
    subject: reference('Patient', 'Location'),
    encounter: reference('Encounter'),
    effectiveDateTime: one(pools.dates),
    effectivePeriod: period,
    valueQuantity: quantity,
    valueCodeableConcept: concept,
    valueString: one(pools.names),
    component: many(fc.record({ code: concept, valueQuantity: quantity })),
    hasMember: many(reference('Observation')),
  },
  RiskAssessment: {
    subject: reference('Patient'),
    status: one(['final']),
    prediction: many(fc.record({ probabilityDecimal: number })),
  },
  ValueSet: {
    url: one(pools.urls),
    version: one(pools.codes),
    name: one(pools.names),
    status: one(['draft']),
  },
  Questionnaire: {
    url: one(pools.urls),
    status: one(['draft']),
    derivedFrom: many(one(pools.urls)),
    title: one(pools.names),
  },
  List: {
    status: one(['current']),
    mode: one(['working']),
    entry: many(fc.record({ item: reference('Patient', 'Observation', 'Slot') }), 3),
  },
}

/** At most one of the alternatives of a choice element. */
const choices = [
  ['effectiveDateTime', 'effectivePeriod'],
  ['valueQuantity', 'valueCodeableConcept', 'valueString'],
]

export const populatedTypes = Object.keys(shapes)

const metaShape = fc.record(
  { tag: many(coding), security: many(coding), profile: many(one(pools.urls)), source: one(pools.urls) },
  maybe,
)
const narrative = one([...pools.names, ...pools.labels]).map((text) => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${text.replace(/[&<]/g, '')}</p> note</div>`,
}))

/** A clinic of some 100 resources, nine a type at most; ids recur from type to type. */
export const population: fc.Arbitrary<readonly Resource[]> = fc
  .tuple(
    ...Object.entries(shapes).map(([resourceType, shape]) =>
      fc.tuple(
        ...pools.ids.map((id) =>
          fc.record({ meta: metaShape, text: narrative, ...shape }, maybe).map((elements): Resource => {
            const resource: Resource = { resourceType, id, ...elements }
            for (const [first = '', ...others] of choices)
              if (resource[first] !== undefined) for (const other of others) delete resource[other]
            if (resource.valueCodeableConcept !== undefined) delete resource.valueString
            return resource
          }),
        ),
      ),
    ),
  )
  .map((groups) => groups.flat())

const escaped = (text: string) => text.replace(/[\\|,$]/g, '\\$&')
const prefix = one(['', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])

export type Pair = readonly [name: string, value: string]

function valueFor(parameter: SearchParameter): fc.Arbitrary<string> {
  switch (parameter.kind) {
    case 'token': {
      const code = one([...pools.codes, 'male', 'free', 'booked', 'final', 'current']).map(escaped)
      const system = one([
        ...pools.systems,
        ...(parameter.impliedSystem === undefined ? [] : [parameter.impliedSystem]),
      ])
      return fc.oneof(
        { weight: 3, arbitrary: code },
        { weight: 3, arbitrary: fc.tuple(system, code).map(([a, b]) => `${a}|${b}`) },
        code.map((text) => `|${text}`),
        system.map((text) => `${text}|`),
      )
    }
    case 'reference':
      return fc.oneof(
        one(pools.ids),
        fc
          .tuple(
            one(parameter.targets.filter((type) => populatedTypes.includes(type)).concat('Patient')),
            one(pools.ids),
          )
          .map(([type, id]) => `${type}/${id}`),
        one(pools.ids).map((id) => `http://127.0.0.1/fhir/Patient/${id}`),
        one(pools.ids).map((id) => `Patient/${id}/_history/2`),
        fc.constant('http://elsewhere.example/fhir/Patient/r1'),
      )
    case 'string':
      return fc
        .oneof(
          one(pools.names),
          one(pools.names).map((text) => text.slice(0, 2)),
          one(['%', '_', '\\', 'ü', 'l']),
        )
        .map(escaped)
    case 'uri':
      return one(pools.urls).map(escaped)
    case 'date':
      return fc.tuple(prefix, one([...pools.dates, ...pools.instants])).map(([a, b]) => a + b)
    case 'number':
      return fc.tuple(prefix, one(pools.numbers)).map(([a, b]) => a + b)
    case 'quantity':
      return fc
        .tuple(
          prefix,
          one(pools.numbers),
          fc.oneof(
            fc.constant(''),
            fc.tuple(one(['', ...pools.systems]), one(pools.units)).map(([a, b]) => `|${a}|${b}`),
          ),
        )
        .map((parts) => parts.join(''))
    case 'composite':
      return fc
        .tuple(...(parameter.components ?? []).map((component) => valueFor(component.parameter)))
        .map((parts) => parts.join('$'))
    case 'special':
      return fc
        .tuple(one(pools.positions), one(['', '|50', '|700|km', '|20000000|m']))
        .map(([[a, b], c]) => `${a}|${b}${c}`)
  }
}

function modifierOf(parameter: SearchParameter): fc.Arbitrary<Pair | undefined> {
  const { kind, code } = parameter
  const values = () =>
    fc.array(valueFor(parameter), { minLength: 1, maxLength: 3 }).map((list) => list.join(','))
  switch (kind) {
    case 'token':
      return fc.oneof(
        values().map((value): Pair => [`${code}:not`, value]),
        one(pools.labels).map((value): Pair => [`${code}:text`, value.slice(0, 5)]),
        parameter.dataTypes.includes('Identifier')
          ? fc
              .tuple(one(pools.systems), one(pools.codes), one(pools.codes))
              .map(([a, b, c]): Pair => [`${code}:of-type`, `${a}|${escaped(b)}|${escaped(c)}`])
          : fc.constant(undefined),
      )
    case 'string':
      return fc
        .tuple(one(['exact', 'contains']), values())
        .map(([modifier, value]): Pair => [`${code}:${modifier}`, value])
    case 'uri':
      return fc
        .tuple(one(['above', 'below']), values())
        .map(([modifier, value]): Pair => [`${code}:${modifier}`, value])
    case 'reference':
      return fc.oneof(
        fc
          .tuple(one(pools.systems), one(pools.codes))
          .map(([a, b]): Pair => [`${code}:identifier`, `${a}|${escaped(b)}`]),
        fc.tuple(one(parameter.targets), one(pools.ids)).map(([type, id]): Pair => [`${code}:${type}`, id]),
      )
    default:
      return fc.constant(undefined)
  }
}

/** Any one criterion on a type: plain, with a modifier, `:missing`, chained, reverse chained, or a special one. */
export function criterion(definitions: Definitions, type: string, depth = 2): fc.Arbitrary<Pair> {
  const own = definitions
    .searchParameters(type)
    .filter(({ code, kind }) => !code.startsWith('_') && (kind !== 'special' || code === 'near'))
  const used = own.filter(({ code }) => usedCodes.has(`${type}.${code}`) || depth === 0)
  const parameter = fc.oneof({ weight: 9, arbitrary: one(used.length > 0 ? used : own) }, one(own))
  const values = (found: SearchParameter) => fc.array(valueFor(found), { minLength: 1, maxLength: 3 })
  const plain = parameter.chain((found) => values(found).map((list): Pair => [found.code, list.join(',')]))
  const choices: fc.WeightedArbitrary<Pair>[] = [
    { weight: 8, arbitrary: plain },
    {
      weight: 4,
      arbitrary: parameter.chain((found) =>
        fc.tuple(modifierOf(found), plain).map(([pair, otherwise]) => pair ?? otherwise),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(parameter, fc.boolean())
        .map(([found, missing]): Pair => [`${found.code}:missing`, String(missing)]),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(one(pools.ids), { minLength: 1, maxLength: 3 })
        .map((ids): Pair => ['_id', ids.join(',')]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(prefix, one(['2026-01-02', '2026-01-03T00:00:00Z', '2026']))
        .map(([a, b]): Pair => ['_lastUpdated', a + b]),
    },
    {
      weight: 1,
      arbitrary: one(['_tag', '_security']).chain((code) =>
        fc.tuple(one(pools.systems), one(pools.codes)).map(([a, b]): Pair => [code, `${a}|${escaped(b)}`]),
      ),
    },
    { weight: 1, arbitrary: one(pools.urls).map((url): Pair => ['_source', escaped(url)]) },
    {
      weight: 1,
      arbitrary: one([...pools.labels, 'note', 'Müller note']).map((words): Pair => ['_text', words]),
    },
    { weight: 1, arbitrary: one(pools.ids).map((id): Pair => ['_list', id]) },
  ]
  if (depth > 0) {
    const links = used.filter(
      ({ kind, targets }) =>
        kind === 'reference' && targets.some((target) => populatedTypes.includes(target)),
    )
    if (links.length > 0) {
      const chained = one(links).chain((link) =>
        one(link.targets.filter((target) => populatedTypes.includes(target))).chain((target) =>
          criterion(definitions, target, depth - 1)
            .filter(([name]) => !name.startsWith('_text'))
            .map(([name, value]): Pair => [`${link.code}:${target}.${name}`, value]),
        ),
      )
      choices.push({ weight: 3, arbitrary: chained })
    }
    const referrers = populatedTypes.flatMap((source) =>
      definitions
        .searchParameters(source)
        .filter(
          ({ kind, targets, code }) =>
            kind === 'reference' && targets.includes(type) && usedCodes.has(`${source}.${code}`),
        )
        .map(({ code }) => [source, code] as const),
    )
    if (referrers.length > 0) {
      const reversed = one(referrers).chain(([source, code]) =>
        criterion(definitions, source, depth - 1).map(
          ([name, value]): Pair => [`_has:${source}:${code}:${name}`, value],
        ),
      )
      choices.push({ weight: 3, arbitrary: reversed })
    }
  }
  return fc.oneof(...choices)
}

/** What the population above can hold; other parameters are asked for now and then. */
const usedCodes = new Set(
  Object.entries({
    Patient:
      'identifier active name family given phone email telecom gender birthdate address address-city address-postalcode general-practitioner organization deceased phonetic',
    Practitioner: 'identifier name family given gender active',
    Organization: 'name partof type phonetic',
    Location: 'name near partof status',
    Schedule: 'actor active date',
    Slot: 'schedule start status service-type',
    Appointment: 'status date slot actor patient practitioner location service-type',
    Encounter: 'status class subject patient date length part-of location location-period',
    Observation:
      'status code category subject patient encounter date value-quantity value-concept value-string component-code component-value-quantity combo-code combo-value-quantity code-value-quantity code-value-string code-value-concept component-code-value-quantity combo-code-value-quantity has-member',
    RiskAssessment: 'subject patient probability',
    ValueSet: 'url version name status',
    Questionnaire: 'url status derived-from title',
    List: 'status item',
  }).flatMap(([type, codes]) => codes.split(' ').map((code) => `${type}.${code}`)),
)

/** `_filter` on a type: comparisons joined by and, or, not and parentheses. */
export function filter(definitions: Definitions, type: string): fc.Arbitrary<string> {
  const parameters = definitions
    .searchParameters(type)
    .filter(
      ({ code, kind }) => usedCodes.has(`${type}.${code}`) && kind !== 'composite' && kind !== 'special',
    )
  const comparison = one(parameters).chain((parameter) => {
    const { code, kind } = parameter
    const operators = filterOperators[kind] ?? ['eq']
    const values =
      kind === 'string'
        ? one(pools.names).map((text) => `"${text.replace(/[\\"]/g, '\\$&')}"`)
        : kind === 'date'
          ? one([...pools.dates, ...pools.instants])
          : kind === 'number'
            ? one(pools.numbers)
            : kind === 'quantity'
              ? fc
                  .tuple(one(pools.numbers), one(pools.units))
                  .map(([a, b]) => `"${a}||${b}"`)
                  .map((text) => text.slice(1, -1))
                  .filter((text) => !text.includes('['))
              : kind === 'reference'
                ? one(pools.ids).map((id) => `Patient/${id}`)
                : kind === 'uri'
                  ? one(pools.urls)
                  : fc
                      .tuple(one(pools.systems), one(pools.codes))
                      .map(([a, b]) => `"${a}|${b}"`)
                      .filter((text) => !/[\\^~]|x\|y/.test(text))
                      .map((text) => text.slice(1, -1))
    return fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(one(operators), values)
          .map(([operator, value]) => `${code} ${operator} ${value}`),
      },
      fc.boolean().map((present) => `${code} pr ${present}`),
    )
  })
  const { tree } = fc.letrec<{ tree: string; joined: string; negated: string; leaf: string }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('joined'), tie('negated')),
    joined: fc
      .tuple(tie('tree'), one(['and', 'or']), tie('tree'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    negated: tie('tree').map((text) => `not (${text})`),
    leaf: comparison,
  }))
  return tree
}

const filterOperators: Readonly<Record<string, readonly string[]>> = {
  string: ['eq', 'ne', 'co', 'sw', 'ew'],
  token: ['eq', 'ne'],
  date: ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'po'],
  number: ['eq', 'ne', 'gt', 'lt', 'ge', 'le'],
  quantity: ['eq', 'gt', 'lt'],
  reference: ['eq', 're', 'ne'],
  uri: ['eq', 'ne', 'ss', 'sb', 'sw'],
}

export function sortKeys(definitions: Definitions, type: string): fc.Arbitrary<string> {
  const codes = definitions
    .searchParameters(type)
    .filter(
      ({ code, kind }) => usedCodes.has(`${type}.${code}`) && kind !== 'composite' && kind !== 'special',
    )
    .map(({ code }) => code)
  const key = fc.tuple(one(['', '-']), one([...codes, '_lastUpdated'])).map((parts) => parts.join(''))
  return fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join(','))
}

export function includes(definitions: Definitions): fc.Arbitrary<Pair> {
  const links = populatedTypes.flatMap((type) =>
    definitions
      .searchParameters(type)
      .filter(({ kind, code }) => kind === 'reference' && usedCodes.has(`${type}.${code}`))
      .map(({ code }) => `${type}:${code}`),
  )
  const value = fc.oneof(
    { weight: 5, arbitrary: one(links) },
    one(populatedTypes).map((type) => `${type}:*`),
    fc.constant('Observation:subject:Patient'),
  )
  return fc.tuple(one(['_include', '_revinclude', '_include:iterate', '_revinclude:iterate']), value)
}

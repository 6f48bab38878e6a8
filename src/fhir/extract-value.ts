import { addDecimals, compareDecimals, isDecimal, multiplyDecimals } from './decimal.ts'
import type { SearchKind, SearchParameter } from './definitions.ts'
import type { ElementType, Run, Visit } from './extract-path.ts'
import type { TokenValue } from './index-values.ts'
import { numberText } from './json.ts'
import { type DateRange, dateRange } from './partial-date.ts'
import { parseReference } from './references.ts'
import { Refusal } from './refusal.ts'

type Node = Readonly<Record<string, unknown>>
type MakeVisit = (type: ElementType, parameter: SearchParameter) => Visit

/** What https://hl7.org/fhir/R4/search.html says each kind of parameter finds in each data type. */
const conversions: Partial<Record<SearchKind, Readonly<Record<string, MakeVisit>>>> = {
  token: {
    code: tokenOfCode,
    boolean: tokenOfCode,
    id: tokenOfCode,
    string: tokenOfCode,
    uri: tokenOfCode,
    canonical: tokenOfCode,
    Coding: () => visitCoding,
    CodeableConcept: () => visitCodeableConcept,
    Identifier: () => visitIdentifier,
    ContactPoint: () => visitContactPoint,
  },
  string: {
    string: () => visitString,
    markdown: () => visitString,
    code: () => visitString,
    uri: () => visitString,
    HumanName: () => visitStrings(['text', 'family', 'given', 'prefix', 'suffix']),
    Address: () => visitStrings(['text', 'line', 'city', 'district', 'state', 'postalCode', 'country']),
  },
  date: {
    date: dateOf((value, run) => readDate(value, run)),
    dateTime: dateOf((value, run) => readDate(value, run)),
    instant: dateOf((value, run) => readDate(value, run)),
    Period: dateOf((value, run) => readPeriod(value as Node, run)),
    Timing: dateOf((value, run) => readTiming(value as Node, run)),
  },
  number: {
    integer: () => visitNumber,
    unsignedInt: () => visitNumber,
    positiveInt: () => visitNumber,
    decimal: () => visitNumber,
    Range: () => visitNumberRange,
  },
  quantity: {
    Quantity: () => visitQuantity,
    Age: () => visitQuantity,
    Count: () => visitQuantity,
    Distance: () => visitQuantity,
    Duration: () => visitQuantity,
    Money: () => visitMoney,
    Range: () => visitQuantityRange,
    SampledData: () => visitSampledData,
  },
  reference: {
    Reference: () => visitReference,
    canonical: () => visitCanonicalReference,
    uri: () => visitCanonicalReference,
    Resource: referenceOfResource,
  },
  uri: {
    uri: () => visitUri,
    url: () => visitUri,
    canonical: () => visitUri,
    oid: () => visitUri,
    uuid: () => visitUri,
  },
}

/** Other alternatives of a choice element (performed as a string, a consent's attachment) hold nothing to search for. */
export function isConvertible(kind: SearchKind, dataType: string): boolean {
  const table = conversions[kind]
  return table === undefined || dataType in table
}

export function convert(parameter: SearchParameter, type: ElementType): Visit | undefined {
  return conversions[parameter.kind]?.[type.name]?.(type, parameter)
}

/** R4 says "the implicit system for boolean values is …" (https://hl7.org/fhir/R4/search.html#token). */
const booleanSystem = 'http://terminology.hl7.org/CodeSystem/special-values'

/** The code system that goes without saying, because the element is bound to it. */
export function impliedSystemOf(type: ElementType): string | undefined {
  if (type.name === 'boolean') return booleanSystem
  return type.name === 'code' ? type.element?.binding?.system : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

function tokenOfCode(type: ElementType): Visit {
  const system = impliedSystemOf(type)
  return (value, run) => {
    const code = typeof value === 'boolean' ? String(value) : text(value)
    if (code === undefined) return
    run.values.push(system === undefined ? { kind: 'token', code } : { kind: 'token', system, code })
  }
}

function visitCoding(value: unknown, run: Run): void {
  const { system, code, display } = value as Node
  pushToken(run, text(system), text(code), text(display))
}

function visitCodeableConcept(value: unknown, run: Run): void {
  const { coding, text: written } = value as Node
  for (const one of list(coding)) if (one !== null) visitCoding(one, run)
  if (typeof written === 'string') pushToken(run, undefined, undefined, text(written))
}

function pushToken(
  run: Run,
  system: string | undefined,
  code: string | undefined,
  display: string | undefined,
): void {
  if (system === undefined && code === undefined && display === undefined) return
  const token: { -readonly [K in keyof TokenValue]: TokenValue[K] } = { kind: 'token' }
  if (system !== undefined) token.system = system
  if (code !== undefined) token.code = code
  if (display !== undefined) token.text = display
  run.values.push(token)
}

function visitIdentifier(value: unknown, run: Run): void {
  const { system, value: code, type } = value as Node
  const before = run.values.length
  const { coding, text: written } = (type ?? {}) as Node
  pushToken(run, text(system), text(code), text(written))
  if (coding === undefined || run.values.length === before) return
  const ofType = list(coding).flatMap((one) => {
    const { system: typeSystem, code: typeCode } = (one ?? {}) as Node
    if (typeof typeCode !== 'string') return []
    return typeof typeSystem === 'string' ? [{ system: typeSystem, code: typeCode }] : [{ code: typeCode }]
  })
  if (ofType.length > 0) run.values[before] = { ...(run.values[before] as TokenValue), ofType }
}

/** `telecom=phone|555…`: R4 gives ContactPoint no system, and servers commonly take the kind of contact for one. */
function visitContactPoint(value: unknown, run: Run): void {
  const { system, value: code } = value as Node
  if (text(code) !== undefined) pushToken(run, text(system), text(code), undefined)
}

function visitString(value: unknown, run: Run): void {
  if (typeof value === 'string' && value !== '') run.values.push({ kind: 'string', text: value })
}

function visitStrings(names: readonly string[]): Visit {
  return (value, run) => {
    for (const name of names) {
      const part = (value as Node)[name]
      if (Array.isArray(part)) for (const one of part) visitString(one, run)
      else visitString(part, run)
    }
  }
}

type ReadRange = (value: unknown, run: Run) => DateRange | undefined

function dateOf(read: ReadRange): MakeVisit {
  return (_, parameter) => (value, run) => {
    const range = read(value, run)
    if (range === undefined) return
    if (Number.isNaN(range.start) || Number.isNaN(range.end)) throw refuse(parameter, 'a date')
    run.values.push({ kind: 'date', start: range.start, end: range.end })
  }
}

const noDate: DateRange = { start: Number.NaN, end: Number.NaN }

function readDate(value: unknown, run: Run): DateRange | undefined {
  if (value === undefined || value === null) return undefined
  return (typeof value === 'string' ? dateRange(value, run.timeZone) : undefined) ?? noDate
}

/** An open side is infinite; https://hl7.org/fhir/R4/search.html#date. */
function readPeriod(period: Node, run: Run): DateRange | undefined {
  const start = readDate(period.start, run)
  const end = readDate(period.end, run)
  if (start === undefined && end === undefined) return undefined
  return { start: start?.start ?? Number.NEGATIVE_INFINITY, end: end?.end ?? Number.POSITIVE_INFINITY }
}

/** "Only the outer limits matter": from the first event or bound to the last. */
function readTiming(timing: Node, run: Run): DateRange | undefined {
  const ranges = list(timing.event).map((event) => readDate(event, run))
  const bounds = (timing.repeat as Node | undefined)?.boundsPeriod
  if (bounds !== undefined) ranges.push(readPeriod(bounds as Node, run))
  const known = ranges.filter((range) => range !== undefined)
  if (known.length === 0) return undefined
  return {
    start: Math.min(...known.map(({ start }) => start)),
    end: Math.max(...known.map(({ end }) => end)),
  }
}

function decimalOf(value: unknown): string | undefined {
  const written = numberText(value)
  return written !== undefined && isDecimal(written) ? written : undefined
}

function visitNumber(value: unknown, run: Run): void {
  const number = decimalOf(value)
  if (number !== undefined) run.values.push({ kind: 'number', low: number, high: number })
}

function visitNumberRange(value: unknown, run: Run): void {
  const range = readRange(value)
  if (range !== undefined) run.values.push({ kind: 'number', low: range.low, high: range.high })
}

function readRange(value: unknown): { low: string; high: string; unit: Node } | undefined {
  const { low, high } = value as { low?: Node; high?: Node }
  const from = decimalOf(low?.value)
  const to = decimalOf(high?.value)
  if (from === undefined && to === undefined) return undefined
  return { low: from ?? '-Infinity', high: to ?? 'Infinity', unit: low ?? high ?? {} }
}

function visitQuantity(value: unknown, run: Run): void {
  const quantity = value as Node
  const number = decimalOf(quantity.value)
  if (number === undefined) return
  const comparator = quantity.comparator
  const below = comparator === '<' || comparator === '<='
  const above = comparator === '>' || comparator === '>='
  pushQuantity(run, below ? '-Infinity' : number, above ? 'Infinity' : number, quantity)
}

function visitQuantityRange(value: unknown, run: Run): void {
  const range = readRange(value)
  if (range !== undefined) pushQuantity(run, range.low, range.high, range.unit)
}

function visitMoney(value: unknown, run: Run): void {
  const { value: amount, currency } = value as Node
  const number = decimalOf(amount)
  if (number !== undefined)
    pushQuantity(run, number, number, { system: 'urn:iso:std:iso:4217', code: currency })
}

/** From the lowest point to the highest; E, U and L stand for points that were not measured. */
function visitSampledData(value: unknown, run: Run): void {
  const { data, origin, factor } = value as { data?: unknown; origin?: Node; factor?: unknown }
  const zero = decimalOf(origin?.value)
  if (typeof data !== 'string' || zero === undefined) return
  const scale = decimalOf(factor) ?? '1'
  const points = data.split(' ').filter(isDecimal)
  const measured = points
    .map((point) => addDecimals(zero, multiplyDecimals(point, scale)))
    .sort(compareDecimals)
  const [low, high] = [measured.at(0), measured.at(-1)]
  if (low !== undefined && high !== undefined) pushQuantity(run, low, high, origin ?? {})
}

function pushQuantity(run: Run, low: string, high: string, unit: Node): void {
  const system = text(unit.system)
  const code = text(unit.code)
  const written = text(unit.unit)
  run.values.push({
    kind: 'quantity',
    low,
    high,
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
    ...(written === undefined ? {} : { unit: written }),
  })
}

function visitReference(value: unknown, run: Run): void {
  const { reference, identifier } = value as Node
  if (typeof reference === 'string') pushReference(reference, identifier, run)
  else if (identifier !== undefined && identifier !== null) {
    run.values.push({ kind: 'reference', identifier: identifierOf(identifier) })
  }
}

function pushReference(written: string, identifier: unknown, run: Run): void {
  const target = parseReference(written, run.localBases)
  const isLocal = target.kind === 'local'
  const reference = isLocal ? `${target.type}/${target.id}` : written
  const versioned =
    isLocal && target.version !== undefined ? `${reference}/_history/${target.version}` : undefined
  if (versioned === undefined && identifier === undefined) {
    run.values.push({ kind: 'reference', reference })
  } else {
    run.values.push({
      kind: 'reference',
      reference,
      ...(versioned === undefined ? {} : { versioned }),
      ...(identifier === undefined ? {} : { identifier: identifierOf(identifier) }),
    })
  }
}

function identifierOf(identifier: unknown): { system?: string; value?: string } {
  const { system, value } = identifier as Node
  return {
    ...(typeof system === 'string' ? { system } : {}),
    ...(typeof value === 'string' ? { value } : {}),
  }
}

/** A canonical is a name, not an address: it stays as written, `|version` included. */
function visitCanonicalReference(value: unknown, run: Run): void {
  if (typeof value === 'string' && value !== '') run.values.push({ kind: 'reference', reference: value })
}

/** Bundle?composition and Bundle?message: the first entry itself is what is referred to. */
function referenceOfResource(_: ElementType, { targets }: SearchParameter): Visit {
  return (value, run) => {
    const { resourceType, id } = value as Node
    if (typeof resourceType === 'string' && typeof id === 'string' && targets.includes(resourceType)) {
      run.values.push({ kind: 'reference', reference: `${resourceType}/${id}` })
    }
  }
}

function visitUri(value: unknown, run: Run): void {
  if (typeof value === 'string' && value !== '') run.values.push({ kind: 'uri', uri: value })
}

function refuse(parameter: SearchParameter, expected: string): Refusal {
  const { code, expression } = parameter
  return new Refusal(
    'value',
    `The element that the search parameter "${code}" looks at is not ${expected}.`,
    { expression },
  )
}

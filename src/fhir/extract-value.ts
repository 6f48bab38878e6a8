import type { SearchKind, SearchParameter } from './definitions.ts'
import type { ElementType } from './element-type.ts'
import { visitDate, visitPeriod, visitTiming } from './extract-date.ts'
import type { Run, Visit } from './extract-path.ts'
import {
  visitMoney,
  visitNumber,
  visitNumberRange,
  visitQuantity,
  visitQuantityRange,
  visitSampledData,
} from './extract-quantity.ts'
import { referenceOfResource, visitCanonicalReference, visitReference } from './extract-reference.ts'
import {
  tokenOfCode,
  visitCodeableConcept,
  visitCoding,
  visitContactPoint,
  visitIdentifier,
} from './extract-token.ts'

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
    date: () => visitDate,
    dateTime: () => visitDate,
    instant: () => visitDate,
    Period: () => visitPeriod,
    Timing: () => visitTiming,
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

function visitString(value: unknown, run: Run): void {
  if (typeof value === 'string' && value !== '') run.values.push({ kind: 'string', text: value })
}

function visitStrings(names: readonly string[]): Visit {
  return (value, run) => {
    for (const name of names) {
      const part = (value as Readonly<Record<string, unknown>>)[name]
      if (Array.isArray(part)) for (const one of part) visitString(one, run)
      else visitString(part, run)
    }
  }
}

function visitUri(value: unknown, run: Run): void {
  if (typeof value === 'string' && value !== '') run.values.push({ kind: 'uri', uri: value })
}

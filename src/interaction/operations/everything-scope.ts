import { patientCompartment } from '#access/patient-compartment.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { dateRange } from '#fhir/partial-date.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Clause, DateSearch, SearchQuery, Viewer } from '#fhir/search-query.ts'
import type { InteractionSettings } from '../walk.ts'
import { findCareDate } from './care-date.ts'

export type Parameters = ReadonlyMap<string, readonly unknown[]>

/** What the caller of $everything wants of one patient's record, and may see. */
export interface EverythingScope {
  /** Types of the patient's compartment, in the order they are told. */
  readonly types: readonly string[]
  readonly count: number
  /** Of a type of the compartment: told itself, or gone through only for what it refers to? */
  tells(type: string): boolean
  /** Of a type outside: practitioners, organizations, medications … that the record refers to. */
  includes(type: string): boolean
  readonly anyIncluded: boolean
  query(type: string): SearchQuery
}

type Settings = Pick<InteractionSettings, 'pageSize' | 'pageSizeLimit' | 'timeZone'>

export function readScope(
  definitions: Definitions,
  settings: Settings,
  viewer: Viewer,
  patientId: string,
  parameters: Parameters,
): EverythingScope {
  const named = readTypes(definitions, parameters)
  const wanted = (type: string): boolean => named === undefined || named.has(type)
  const belongs = (type: string): boolean => patientCompartment(definitions, type, patientId) !== undefined
  const visible = definitions.resourceTypes.filter((type) => viewer.visible(type) !== 'nothing')
  const includes = (type: string): boolean => wanted(type) && !belongs(type)
  const anyIncluded = visible.some(includes)
  // Every reading of a record leaves AuditEvents about it: they would soon be most of it.
  const tells = (type: string): boolean => wanted(type) && (type !== 'AuditEvent' || named !== undefined)
  const types = visible.filter(
    (type) => belongs(type) && (tells(type) || (anyIncluded && type !== 'AuditEvent')),
  )
  const dates = readDates(parameters, settings.timeZone)
  const count = readCount(parameters, settings)
  return {
    types: types.toSorted((a, b) => Number(b === 'Patient') - Number(a === 'Patient')),
    count,
    tells,
    includes,
    anyIncluded,
    query: (type) => ({
      types: [type],
      where: buildWhere(definitions, type, patientId, dates),
      sort: [],
      count,
      total: 'none',
      includes: [],
    }),
  }
}

interface Dates {
  readonly since?: DateSearch
  readonly start?: DateSearch
  readonly end?: DateSearch
}

function buildWhere(
  definitions: Definitions,
  type: string,
  patientId: string,
  { since, start, end }: Dates,
): Clause[] {
  const where: Clause[] = []
  const compartment = patientCompartment(definitions, type, patientId)
  if (compartment !== undefined) where.push(compartment)
  if (since !== undefined) where.push({ kind: 'last-updated', value: since })
  const parameter = start === undefined && end === undefined ? undefined : findCareDate(definitions, type)
  if (parameter !== undefined) {
    const bounds = [start, end].filter((bound) => bound !== undefined)
    const inside = bounds.map((bound): Clause => ({ kind: 'param', parameter, values: [bound] }))
    const undated: Clause = { kind: 'missing', parameter, missing: true }
    where.push({ kind: 'or', clauses: [undated, { kind: 'and', clauses: inside }] })
  }
  return where
}

function readTypes(definitions: Definitions, parameters: Parameters): ReadonlySet<string> | undefined {
  const names = parameters.get('_type')?.flatMap((value) => String(value).split(','))
  if (names === undefined) return undefined
  for (const name of names) {
    if (!definitions.isResourceType(name)) {
      throw new Refusal('value', `"_type" takes the names of R4 resource types, with commas between.`, {
        expression: '_type',
      })
    }
  }
  return new Set(names)
}

function readDates(parameters: Parameters, timeZone: string): Dates {
  const read = (name: string, prefix: 'ge' | 'le'): DateSearch | undefined => {
    const text = parameters.get(name)?.[0]
    if (text === undefined) return undefined
    const range = dateRange(String(text), timeZone)
    if (range !== undefined) return { kind: 'date', prefix, ...range }
    throw new Refusal('value', `"${name}" must be a date or time that exists, such as 2026-03-01.`, {
      expression: name,
    })
  }
  const since = read('_since', 'ge')
  const start = read('start', 'ge')
  const end = read('end', 'le')
  return { ...(since && { since }), ...(start && { start }), ...(end && { end }) }
}

function readCount(parameters: Parameters, settings: Settings): number {
  const count = parameters.get('_count')?.[0]
  if (count === undefined) return settings.pageSize
  if (Number(count) >= 1) return Math.min(Number(count), settings.pageSizeLimit)
  throw new Refusal('value', '"_count" must be 1 or more.', { expression: '_count' })
}

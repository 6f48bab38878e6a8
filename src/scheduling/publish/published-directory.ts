import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { isResource } from '../find/fits-wish.ts'
import type { PublicNames } from './public-names.ts'
import { type PublishedPlace, publishedPlace } from './published-place.ts'

/** What of a clinic's calendars is told to everybody, but for their slots. */
export interface PublishedDirectory {
  readonly schedules: readonly PublishedSchedule[]
  readonly states: readonly string[]
  /** NDJSON. */
  readonly locationLines: string
  readonly scheduleLines: string
  /** Calendars that cannot be published, and what they lack. */
  readonly problemLines: string
}

export interface PublishedSchedule {
  readonly candidate: Candidate
  readonly name: string
  readonly place: PublishedPlace
}

/** Calendars that take new visits; of rooms and devices only where there are no others, as `$find` has it. */
export function buildDirectory(calendar: ClinicCalendar, names: PublicNames): PublishedDirectory {
  const active = [...calendar.candidates.values()].filter(
    ({ roster, of }) => roster.active && isOpen(of.schedule.resource),
  )
  const people = active.filter(({ of }) => !isResource(of))
  const places = new Map<string, PublishedPlace>()
  const schedules: PublishedSchedule[] = []
  const scheduleLines: object[] = []
  const problems = new Set<string>()
  for (const candidate of people.length > 0 ? people : active) {
    const place = publishedPlace(candidate.of)
    const serviceType = servicesOf(candidate)
    if (place === undefined || serviceType.length === 0) {
      problems.add(place === undefined ? noPlace : noService)
      continue
    }
    const name = names.nameOf(candidate.roster.schedule)
    places.set(place.reference, place)
    schedules.push({ candidate, name, place })
    const actor = [{ reference: `Location/${names.nameOf(place.reference)}` }]
    scheduleLines.push({ resourceType: 'Schedule', id: name, serviceType, actor })
  }
  return {
    schedules,
    states: [...new Set([...places.values()].map(({ address }) => address.state))].toSorted(),
    locationLines: linesOf([...places.values()].map((place) => buildLocation(place, names))),
    scheduleLines: linesOf(scheduleLines),
    problemLines: linesOf([...problems].map(buildProblem)),
  }
}

const noPlace =
  'A schedule is not published: its place, or the organization that runs it, needs a telephone (use work) and an address with line, city, state and postal code.'
const noService =
  'A schedule is not published: it needs a serviceType with a code, or a service that has one.'

/** What is marked as confidential stays in the house. */
function isOpen({ meta }: { readonly meta?: unknown }): boolean {
  const { security = [] } = (meta ?? {}) as { security?: readonly { code?: string }[] }
  return !security.some(({ code }) => code === 'R' || code === 'V')
}

function buildLocation(
  { reference, name, telecom, address, identifier }: PublishedPlace,
  names: PublicNames,
): object {
  const id = names.nameOf(reference)
  const own = { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${uuidOf(id)}` }
  return { resourceType: 'Location', id, identifier: [...identifier, own], name, telecom, address }
}

/** Of any version that nobody gives meaning to: RFC 9562, version 8. */
function uuidOf(name: string): string {
  return `${name.slice(0, 8)}-${name.slice(8, 12)}-8${name.slice(13, 16)}-8${name.slice(17, 20)}-${name.slice(20)}`
}

interface Coding {
  readonly system?: string
  readonly code?: string
  readonly display?: string
}

/** Codes alone: what is written in words may say more than was meant for everybody. */
function servicesOf({ of: { schedule, services } }: Candidate): readonly object[] {
  const own = codedOf(schedule.resource.serviceType)
  return own.length > 0 ? own : services.flatMap(({ resource }) => codedOf(resource.type))
}

function codedOf(concepts: unknown): readonly object[] {
  if (!Array.isArray(concepts)) return []
  return concepts.flatMap(({ coding = [] }: { coding?: readonly Coding[] }) => {
    const codings = coding
      .filter(({ code }) => code !== undefined)
      .map(({ system, code, display }) => ({ ...(system && { system }), code, ...(display && { display }) }))
    return codings.length === 0 ? [] : [{ coding: codings }]
  })
}

function buildProblem(diagnostics: string): object {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'warning', code: 'incomplete', diagnostics }],
  }
}

export function linesOf(resources: readonly object[]): string {
  return resources.map((one) => `${JSON.stringify(one)}\n`).join('')
}

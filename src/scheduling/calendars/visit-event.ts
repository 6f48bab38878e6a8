import type { Resource } from '#fhir/resource.ts'
import { referenceIn } from '../availability/roster-resource.ts'
import { escapeText, type Line, quoteParameter, utcTime } from './calendar-text.ts'

/** An Appointment with what its calendar entry needs beside it. */
export interface CalendarVisit {
  readonly appointment: Resource
  readonly updated: number
  /** How often its time was changed or it was cancelled. */
  readonly sequence: number
  readonly place?: string
}

export interface EventFrame {
  readonly tenant: string
  /** The clinic's FHIR base: attendees are named by their address there. */
  readonly base: string
  readonly organizer: string
  /** Whose names may stand in it; undefined: everybody's. */
  readonly attendee?: string
  readonly method: 'PUBLISH' | 'REQUEST' | 'CANCEL'
}

const statuses: Readonly<Record<string, string>> = {
  proposed: 'TENTATIVE',
  pending: 'TENTATIVE',
  waitlist: 'TENTATIVE',
  booked: 'CONFIRMED',
  arrived: 'CONFIRMED',
  'checked-in': 'CONFIRMED',
  fulfilled: 'CONFIRMED',
  noshow: 'CONFIRMED',
  cancelled: 'CANCELLED',
}

/** Undefined for what has no time, or was entered in error. Neutral: a calendar is read over many shoulders. */
export function visitEvent(visit: CalendarVisit, frame: EventFrame): readonly Line[] | undefined {
  const { id, status, start, end } = visit.appointment
  const shown = statuses[String(status)]
  const [from, to] = [Date.parse(String(start)), Date.parse(String(end))]
  if (shown === undefined || !(from < to)) return undefined
  return [
    ['BEGIN', 'VEVENT'],
    ['UID', `${id}@${frame.tenant}.almanac`],
    ['DTSTAMP', utcTime(visit.updated)],
    ['DTSTART', utcTime(from)],
    ['DTEND', utcTime(to)],
    ['SEQUENCE', String(visit.sequence)],
    ['SUMMARY', 'Appointment'],
    ['STATUS', frame.method === 'CANCEL' ? 'CANCELLED' : shown],
    ['CLASS', 'PRIVATE'],
    ...(visit.place === undefined ? [] : [['LOCATION', escapeText(visit.place)] as const]),
    [`ORGANIZER;CN=${quoteParameter(frame.organizer)}`, frame.base],
    ...(frame.method === 'PUBLISH' ? [] : attendees(visit.appointment, frame)),
    ['END', 'VEVENT'],
  ]
}

const answers: Readonly<Record<string, string>> = {
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  tentative: 'TENTATIVE',
  'needs-action': 'NEEDS-ACTION',
}

function attendees({ participant }: Resource, { base, attendee }: EventFrame): readonly Line[] {
  const list = (Array.isArray(participant) ? participant : []) as { actor?: unknown; status?: string }[]
  return list.flatMap(({ actor, status = '' }) => {
    const reference = referenceIn(actor)
    if (reference === undefined || reference.startsWith('Location/')) return []
    // One patient of a group learns of no other.
    if (attendee !== undefined && reference.startsWith('Patient/') && reference !== attendee) return []
    return [[`ATTENDEE;PARTSTAT=${answers[status] ?? 'NEEDS-ACTION'}`, `${base}/${reference}`] as const]
  })
}

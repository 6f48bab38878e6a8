import ICAL from 'ical.js'
import { Refusal } from '#fhir/refusal.ts'
import { SourceFault } from '../external/busy-source.ts'
import { checkIcs } from '../external/check-ics.ts'

/** What an attendee's calendar sends back: https://www.rfc-editor.org/rfc/rfc5546#section-3.2.3 */
export interface Reply {
  /** Of the Appointment. */
  readonly id: string
  readonly sequence: number
  /** As written: an address of this server, or `mailto:`. */
  readonly attendee: string
  readonly status: 'accepted' | 'declined' | 'tentative' | 'needs-action'
  /** When it was given: the later answer of two counts. */
  readonly stamp: number
  readonly comment?: string
}

const statuses: Readonly<Record<string, Reply['status']>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
  'NEEDS-ACTION': 'needs-action',
}

/** A reply is a few hundred octets; mail programs add a description. */
const longest = 65_536
const longestComment = 1_000

export function readReply(text: string, tenant: string): Reply {
  if (text.length > longest) throw new Refusal('too-long', `A reply has at most ${longest} characters.`)
  try {
    checkIcs(text)
    return readParts(new ICAL.Component(ICAL.parse(text) as unknown as string), tenant)
  } catch (cause) {
    // A value is read where it is asked for, and may be wrong there.
    if (cause instanceof Refusal) throw cause
    throw wrong(cause instanceof SourceFault ? cause.message : 'It cannot be read as iCalendar.')
  }
}

function readParts(calendar: ICAL.Component, tenant: string): Reply {
  if (wordOf(calendar, 'method') !== 'REPLY') throw wrong('It must have METHOD:REPLY.')
  const [event, ...more] = calendar.getAllSubcomponents('vevent')
  if (event === undefined || more.length > 0) throw wrong('It must have one VEVENT.')
  if (event.hasProperty('recurrence-id')) throw wrong('Visits do not repeat here: leave RECURRENCE-ID out.')
  const id = idIn(String(event.getFirstPropertyValue('uid') ?? ''), tenant)
  const [attendee, ...others] = event.getAllProperties('attendee')
  if (attendee === undefined || others.length > 0)
    throw wrong('It must have one ATTENDEE: the one who answers.')
  const status = statuses[String(attendee.getParameter('partstat') ?? 'NEEDS-ACTION').toUpperCase()]
  if (status === undefined) throw wrong('PARTSTAT must be ACCEPTED, DECLINED, TENTATIVE or NEEDS-ACTION.')
  const comment = plainText(event.getFirstPropertyValue('comment'))
  return {
    ...{ id, status },
    sequence: sequenceOf(event),
    attendee: String(attendee.getFirstValue()),
    stamp: stampOf(event),
    ...(comment !== '' && { comment }),
  }
}

/** As `$ics` has written it; that of another clinic is nothing here. */
function idIn(uid: string, tenant: string): string {
  const suffix = `@${tenant}.almanac`
  const id = uid.slice(0, -suffix.length)
  if (uid.endsWith(suffix) && /^[A-Za-z0-9.-]{1,64}$/.test(id)) return id
  throw new Refusal('not-found', 'The UID is of no Appointment here.', { expression: 'calendar' })
}

function sequenceOf(event: ICAL.Component): number {
  const sequence = Number(event.getFirstPropertyValue('sequence') ?? 0)
  if (Number.isInteger(sequence) && sequence >= 0) return sequence
  throw wrong('SEQUENCE must be a whole number.')
}

function stampOf(event: ICAL.Component): number {
  const stamp = event.getFirstPropertyValue('dtstamp')
  const time = stamp instanceof ICAL.Time ? stamp.toUnixTime() * 1_000 : Number.NaN
  if (Number.isFinite(time)) return time
  throw wrong('It must have a DTSTAMP.')
}

function wordOf(component: ICAL.Component, name: string): string {
  return String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
}

/** SCHED-182: it goes into other texts later, so nothing in it may look like their beginning. */
function plainText(value: unknown): string {
  const text = typeof value === 'string' ? value : ''
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
      .replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ')
      .trim()
      .slice(0, longestComment)
      .toWellFormed()
  )
}

function wrong(sentence: string): Refusal {
  return new Refusal('invalid', `This is no reply to an invitation. ${sentence}`, { expression: 'calendar' })
}

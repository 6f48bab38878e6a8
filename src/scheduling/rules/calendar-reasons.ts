import type { BrokenRule } from '../advice.ts'
import { complement, covers, type Interval, intersect, merge, overlaps } from '../availability/interval.ts'
import type { Layer, Member } from '../availability/roster.ts'
import type { Candidate } from '../find/candidate.ts'

/** Why a calendar does not take a visit, whatever is booked. */
export interface Reason extends BrokenRule {
  /** For staff alone: an absence may be an illness. */
  readonly detail?: string
}

export const staff = ['front-desk', 'practitioner', 'clinic-admin']
const day = 86_400_000

/** Empty for exactly the visits that lie in `bookableTimes`. */
export function calendarReasons({ roster }: Candidate, visit: Interval, now: number): readonly Reason[] {
  const { source, schedule, notice, horizon, layers } = roster
  const reasons: Reason[] = []
  const tell = (rule: string, sentence: string, overridableBy: readonly string[] = []) =>
    reasons.push({ rule, source, sentence, severity: 'refuse', overridableBy })
  if (!roster.active) tell('inactive', `${schedule} is not open for booking.`)
  if (!covers([horizon], visit))
    tell('horizon', `The visit lies outside the time that ${schedule} plans for.`)
  const { minimum = 0, maximum } = notice
  if (minimum > 0 && visit.start < now + minimum)
    tell('notice', `This is booked at least ${inWords(minimum)} before: choose a later time.`, staff)
  if (maximum !== undefined && visit.start > now + maximum)
    tell('window', `This is booked at most ${inWords(maximum)} before: choose an earlier time.`, staff)
  return [...reasons, ...layers.flatMap((layer) => absenceReasons(layer, visit))]
}

function absenceReasons(layer: Layer, visit: Interval): readonly Reason[] {
  const present = merge(layer.members.flatMap(presence))
  if (covers(present, visit)) return []
  return layer.members.flatMap((member) => memberReasons(layer, member, visit))
}

function presence({ within, absences }: Member): readonly Interval[] {
  return intersect([within], complement(merge(absences)))
}

function memberReasons(
  { of }: Layer,
  { source, within, absences }: Member,
  visit: Interval,
): readonly Reason[] {
  const common = { source, severity: 'refuse', overridableBy: staff } as const
  const about = {
    practitioner: 'The practitioner is',
    service: 'The service is',
    location: 'The place is',
    organization: 'The clinic is',
    device: 'The device is',
    schedule: 'The calendar is',
  }[of]
  const what = of === 'practitioner' || of === 'service' ? 'not available' : 'closed'
  return [
    ...(covers([within], visit)
      ? []
      : [{ ...common, rule: 'role-period', sentence: `${about} not there at this time: choose another.` }]),
    ...absences
      .filter((absence) => overlaps([absence], visit))
      .map(({ description }) => ({
        ...common,
        rule: 'closed',
        sentence: `${about} ${what} at this time: choose another.`,
        ...(description !== undefined && { detail: description }),
      })),
  ]
}

export function inWords(length: number): string {
  const units = [
    [day, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
  ] as const
  const [size, name] = units.find(([one]) => length >= one && length % one === 0) ?? [60_000, 'minute']
  const count = Math.round(length / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

import type { Resource } from '#fhir/resource.ts'
import type { Interval } from '../availability/interval.ts'
import { readPeriod } from '../availability/read-period.ts'
import { practitionerOf } from '../find/fits-wish.ts'
import type { FoundTime } from '../find/found-time.ts'
import type { Hit } from './find-hits.ts'
import type { MoveLimits } from './replan-wish.ts'

export interface Price {
  /** Minutes: whole numbers, so that plans can be compared. */
  readonly cost: number
  readonly why: readonly string[]
}

const minute = 60_000
/** Another room is a look at the sign. */
const otherPlace = 30 * minute

/** What a new time costs whom it is for; undefined: it is none. */
export function priceMove(
  hit: Hit,
  time: FoundTime,
  limits: MoveLimits,
  wishes: readonly Interval[],
  now: number,
): Price | undefined {
  const away = Math.abs(time.start - hit.start)
  if (away > limits.reach || time.start <= now) return undefined
  const earlier = time.start < hit.start
  if (earlier && time.start < now + limits.earlierNotice) return undefined
  const clinician = practitionerOf(time.main.of)
  const same = clinician === undefined || hit.actors.includes(clinician)
  if (!same && limits.sameClinician) return undefined
  const wished =
    wishes.length === 0 || wishes.some(({ start, end }) => start <= time.start && time.end <= end)
  const samePlace = isSamePlace(hit, time)
  const cost =
    away +
    (same ? 0 : limits.otherClinician) +
    (wished ? 0 : limits.outsideWish) +
    (samePlace ? 0 : otherPlace)
  return {
    cost: Math.round(cost / minute),
    why: [
      away === 0 ? 'At the same time.' : `${inHours(away)} ${earlier ? 'earlier' : 'later'}.`,
      ...(same ? [] : [`Another clinician: ${clinician}.`]),
      ...(samePlace ? [] : ['In another place.']),
      ...(wished ? [] : ['Outside of the times that were wished for.']),
    ],
  }
}

function isSamePlace(hit: Hit, { main, aids }: FoundTime): boolean {
  const before = hit.actors.filter((actor) => actor.startsWith('Location/'))
  const after = [main, ...aids]
    .flatMap(({ actors }) => actors.map(({ reference }) => reference))
    .filter((actor) => actor.startsWith('Location/'))
  return before.length === 0 || after.length === 0 || after.some((place) => before.includes(place))
}

/** Appointment.requestedPeriod: when the patient would like to come. */
export function wishesOf({ requestedPeriod }: Resource, timeZone: string): readonly Interval[] {
  if (!Array.isArray(requestedPeriod)) return []
  return requestedPeriod.flatMap((period) => readPeriod(period, timeZone) ?? [])
}

function inHours(length: number): string {
  const hours = Math.floor(length / (60 * minute))
  const minutes = Math.round((length % (60 * minute)) / minute)
  const days = Math.floor(hours / 24)
  return [days > 0 && `${days} d`, hours % 24 > 0 && `${hours % 24} h`, minutes > 0 && `${minutes} min`]
    .filter(Boolean)
    .join(' ')
}

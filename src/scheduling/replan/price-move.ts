import type { Resource } from '#fhir/resource.ts'
import type { Interval } from '../availability/interval.ts'
import { readPeriod } from '../availability/read-period.ts'
import { practitionerOf } from '../find/fits-wish.ts'
import type { FoundTime } from '../find/found-time.ts'
import type { Hit } from './find-hits.ts'
import type { MoveLimits } from './replan-wish.ts'

/** What new times cost whom they are for. */
export interface Pricer {
  /** Minutes: whole numbers, so that plans can be compared; undefined: it is no time for them. */
  costOf(time: FoundTime): number | undefined
  whyOf(time: FoundTime): readonly string[]
}

const minute = 60_000
/** Another room is a look at the sign. */
const otherPlace = 30 * minute

/** Asked of thousands of times for each: whatever does not depend on the time is known before. */
export function createPricer(
  hit: Hit,
  { reach, earlierNotice, sameClinician, otherClinician, outsideWish }: MoveLimits,
  timeZone: string,
  now: number,
): Pricer {
  const wishes = wishesOf(hit.appointment, timeZone)
  const places = hit.actors.filter(isPlace)
  const isSame = ({ main }: FoundTime) => {
    const clinician = practitionerOf(main.of)
    return clinician === undefined || hit.actors.includes(clinician)
  }
  const isWished = (time: FoundTime) =>
    wishes.length === 0 || wishes.some(({ start, end }) => start <= time.start && time.end <= end)
  const isSamePlace = ({ main, aids }: FoundTime) => {
    if (places.length === 0) return true
    const after = [main, ...aids]
      .flatMap(({ actors }) => actors.map(({ reference }) => reference))
      .filter(isPlace)
    return after.length === 0 || after.some((place) => places.includes(place))
  }
  return {
    costOf(time) {
      const away = Math.abs(time.start - hit.start)
      if (away > reach || time.start <= now) return undefined
      if (time.start < hit.start && time.start < now + earlierNotice) return undefined
      const same = isSame(time)
      if (!same && sameClinician) return undefined
      const elsewhere = isSamePlace(time) ? 0 : otherPlace
      return Math.round(
        (away + (same ? 0 : otherClinician) + (isWished(time) ? 0 : outsideWish) + elsewhere) / minute,
      )
    },
    whyOf(time) {
      const away = Math.abs(time.start - hit.start)
      return [
        away === 0
          ? 'At the same time.'
          : `${inHours(away)} ${time.start < hit.start ? 'earlier' : 'later'}.`,
        ...(isSame(time) ? [] : [`Another clinician: ${practitionerOf(time.main.of)}.`]),
        ...(isSamePlace(time) ? [] : ['In another place.']),
        ...(isWished(time) ? [] : ['Outside of the times that were wished for.']),
      ]
    },
  }
}

function isPlace(actor: string): boolean {
  return actor.startsWith('Location/')
}

/** Appointment.requestedPeriod: when the patient would like to come. */
function wishesOf({ requestedPeriod }: Resource, timeZone: string): readonly Interval[] {
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

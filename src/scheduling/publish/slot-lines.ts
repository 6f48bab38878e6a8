import { extensionUrls } from '../known-extensions.ts'
import { keyOf } from './free-slots.ts'
import type { WeekSlot } from './load-week.ts'
import type { PublicNames } from './public-names.ts'
import { linesOf, type PublishedSchedule } from './published-directory.ts'

/** Stands for scheme and authority in what is kept: they are the caller's. */
export const originMark = '{origin}'

/** https://github.com/smart-on-fhir/smart-scheduling-links, Slot File: whatever cannot be booked now is busy. */
export function buildSlotLines(
  { candidate, name, place }: PublishedSchedule,
  slots: readonly WeekSlot[],
  free: ReadonlySet<string>,
  names: PublicNames,
  tenant: string,
): string {
  const whole = candidate.roster.cutting?.capacity ?? 1
  return linesOf(
    slots.map(({ id, schedule, start, end, capacity, taken }) => {
      const isFree = free.has(keyOf(schedule, start, end))
      const places = capacity ?? whole
      const link = `${originMark}/booking/${tenant}?slot=${names.seal(id)}`
      return {
        resourceType: 'Slot',
        id: names.nameOf(`Slot/${id}`),
        schedule: { reference: `Schedule/${name}` },
        status: isFree ? 'free' : 'busy',
        start: instantOf(start),
        end: instantOf(end),
        extension: [
          ...(isFree ? [{ url: deepLinkUrl, valueUrl: link }] : []),
          { url: phoneUrl, valueString: place.phone },
          ...(places > 1
            ? [
                {
                  url: extensionUrls.slotCapacity,
                  valueInteger: isFree ? Math.max(1, places - taken) : places,
                },
              ]
            : []),
        ],
      }
    }),
  )
}

const deepLinkUrl = 'http://fhir-registry.smarthealthit.org/StructureDefinition/booking-deep-link'
const phoneUrl = 'http://fhir-registry.smarthealthit.org/StructureDefinition/booking-phone'

function instantOf(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z')
}

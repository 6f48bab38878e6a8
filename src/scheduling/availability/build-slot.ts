import type { Resource } from '#fhir/resource.ts'
import { extensionUrls } from '../known-extensions.ts'
import type { Interval } from './interval.ts'
import type { Roster } from './roster.ts'

/** Slots without it were made by people, and are theirs to take away. */
export const generatedTag = {
  system: 'https://almanac.example/fhir/CodeSystem/slot-origin',
  code: 'generated',
} as const

export function buildSlot(roster: Roster, schedule: Resource, { start, end }: Interval): Resource {
  const capacity = roster.cutting?.capacity
  const { serviceCategory, serviceType, specialty } = schedule
  return {
    resourceType: 'Slot',
    meta: { tag: [generatedTag] },
    ...(capacity !== undefined && {
      extension: [{ url: extensionUrls.slotCapacity, valueInteger: capacity }],
    }),
    ...(serviceCategory !== undefined && { serviceCategory }),
    ...(serviceType !== undefined && { serviceType }),
    ...(specialty !== undefined && { specialty }),
    schedule: { reference: roster.schedule },
    status: 'free',
    start: writeInstant(start, roster.timeZone),
    end: writeInstant(end, roster.timeZone),
  }
}

/** With the offset that the zone has at that instant. */
export function writeInstant(instant: number, timeZone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(instant)
  return time.toString({ timeZone, smallestUnit: instant % 1000 === 0 ? 'second' : 'millisecond' })
}

import type { Resource } from '#fhir/resource.ts'
import { extensionOf, extensionUrls } from '../known-extensions.ts'
import { readDuration } from './duration.ts'
import type { Cutting, Notice } from './roster.ts'

const minute = 60_000
const day = 86_400_000

/** The extension `schedule-rules` of a Schedule, and of the HealthcareService where the Schedule says nothing. */
export interface ScheduleRules {
  readonly cutting?: Cutting
  readonly notice: Notice
}

export function readScheduleRules(schedule: Resource, services: readonly Resource[]): ScheduleRules {
  const length = find('slotLength')
  const alignment = find('alignment')
  const capacity = extensionOf(
    extensionOf(schedule, extensionUrls.scheduleRules) ?? {},
    'capacity',
  )?.valueInteger
  const minimum = find('minimumNotice')
  const maximum = find('bookingWindow')
  return {
    // Shorter than a minute or longer than a day is a slip of the pen, not a slot.
    ...(length !== undefined &&
      length >= minute &&
      length <= day && {
        cutting: {
          length,
          before: find('bufferBefore') ?? 0,
          after: find('bufferAfter') ?? 0,
          ...(alignment !== undefined && alignment >= minute && { alignment }),
          ...(typeof capacity === 'number' && capacity > 1 && { capacity }),
        },
      }),
    notice: {
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
    },
  }

  function find(name: string): number | undefined {
    for (const resource of [schedule, ...services]) {
      const rules = extensionOf(resource, extensionUrls.scheduleRules)
      const value = rules === undefined ? undefined : extensionOf(rules, name)?.valueDuration
      if (value !== undefined) return readDuration(value)
    }
    return undefined
  }
}

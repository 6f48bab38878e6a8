import type { Operation } from '#interaction/operation.ts'
import { createExternalCalendars } from '#scheduling/external/external-calendar-operations.ts'
import { createIcsSource } from '#scheduling/external/ics-source.ts'
import { keepFetching } from '#scheduling/external/keep-fetching.ts'
import type { Database } from '#store/store.ts'

export interface ExternalCalendarSettings {
  readonly calendarMinutes: number
  readonly calendarStaleMinutes: number
  readonly trustedCalendarOrigins: readonly string[]
  readonly timeZone: string
}

export interface ExternalCalendarParts {
  readonly database: Database
  readonly settings: ExternalCalendarSettings
  readonly newId: () => string
  readonly clock: () => Date
  /** Time may have come free. */
  readonly stir: (tenant: string) => void
  readonly onFault: (sentence: string, cause: unknown) => void
}

export interface ExternalCalendars {
  readonly operations: readonly Operation[]
  start(): AsyncDisposable
}

const limits = { bytes: 4 * 1_048_576, milliseconds: 15_000, redirects: 3 }

/** What keeps people busy elsewhere. */
export function joinExternalCalendars(parts: ExternalCalendarParts): ExternalCalendars {
  const { settings, database, stir, onFault } = parts
  const sources = [createIcsSource({ ...limits, trustedOrigins: settings.trustedCalendarOrigins })]
  return {
    operations: createExternalCalendars({ ...parts, sources, staleMinutes: settings.calendarStaleMinutes }),
    start: () =>
      keepFetching(
        { database, sources, timeZone: settings.timeZone, minutes: settings.calendarMinutes, stir },
        (cause) => onFault('Fetching external calendars failed', cause),
      ),
  }
}

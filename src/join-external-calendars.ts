import type { Operation } from '#interaction/operation.ts'
import { loadCalendarAccounts } from '#scheduling/external/calendar-accounts.ts'
import { createExternalCalendars } from '#scheduling/external/external-calendar-operations.ts'
import { createGoogleSource } from '#scheduling/external/google-source.ts'
import { createIcsSource } from '#scheduling/external/ics-source.ts'
import { keepFetching } from '#scheduling/external/keep-fetching.ts'
import { createMicrosoftSource } from '#scheduling/external/microsoft-source.ts'
import type { Database } from '#store/store.ts'

export interface ExternalCalendarSettings {
  readonly calendarMinutes: number
  readonly calendarStaleMinutes: number
  readonly calendarAccounts: string | undefined
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

const bounds = { bytes: 4 * 1_048_576, milliseconds: 15_000, redirects: 3 }

/** What keeps people busy elsewhere. */
export function joinExternalCalendars(parts: ExternalCalendarParts): ExternalCalendars {
  const { settings, database, stir, onFault } = parts
  const limits = { ...bounds, trustedOrigins: settings.trustedCalendarOrigins }
  const accounts = loadCalendarAccounts(settings.calendarAccounts)
  const sources = [
    createIcsSource(limits),
    createGoogleSource((clinic) => accounts.get(clinic)?.google, limits),
    createMicrosoftSource((clinic) => accounts.get(clinic)?.microsoft, limits),
  ]
  return {
    operations: createExternalCalendars({ ...parts, sources, staleMinutes: settings.calendarStaleMinutes }),
    start: () =>
      keepFetching(
        { database, sources, timeZone: settings.timeZone, minutes: settings.calendarMinutes, stir },
        (cause) => onFault('Fetching external calendars failed', cause),
      ),
  }
}

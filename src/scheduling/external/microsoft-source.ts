import type { BusySource } from './busy-source.ts'
import { SourceFault } from './busy-source.ts'
import type { MicrosoftAccount } from './calendar-accounts.ts'
import type { FetchLimits } from './guarded-request.ts'
import { wordOf } from './vendor-json.ts'
import { createVendorSource } from './vendor-source.ts'

interface Schedules {
  readonly value?: readonly {
    readonly error?: { readonly responseCode?: unknown }
    readonly scheduleItems?: readonly ScheduleItem[]
  }[]
}

interface ScheduleItem {
  readonly status?: unknown
  readonly start?: unknown
  readonly end?: unknown
}

/** https://learn.microsoft.com/graph/api/calendar-getschedule */
export function createMicrosoftSource(
  accountOf: (clinic: string) => MicrosoftAccount | undefined,
  limits: FetchLimits,
): BusySource {
  return createVendorSource<MicrosoftAccount>(
    {
      kind: 'microsoft',
      name: 'Microsoft',
      accountOf,
      token: ({ authority, api, tenant_id, client_id, client_secret }) => ({
        address: `${authority}/${encodeURIComponent(tenant_id)}/oauth2/v2.0/token`,
        form: () => ({
          grant_type: 'client_credentials',
          ...{ client_id, client_secret, scope: `${api}/.default` },
        }),
      }),
      question: ({ api }, mailbox, { start, end }) => ({
        address: `${api}/v1.0/users/${encodeURIComponent(mailbox)}/calendar/getSchedule`,
        body: { schedules: [mailbox], startTime: atUtc(start), endTime: atUtc(end) },
      }),
      read(body) {
        const [schedule] = (body as Schedules | null)?.value ?? []
        if (schedule?.error !== undefined) {
          const word = wordOf(schedule.error.responseCode) ?? 'unknown'
          throw new SourceFault(`Microsoft cannot tell (${word}): is there such a mailbox?`)
        }
        if (!Array.isArray(schedule?.scheduleItems))
          throw new SourceFault('Microsoft’s answer cannot be read.')
        return (schedule.scheduleItems as readonly ScheduleItem[])
          .filter(({ status }) => status !== 'free')
          .map((one) => ({ start: instantOf(one.start), end: instantOf(one.end) }))
      },
    },
    limits,
  )
}

/** A `dateTimeTimeZone`: the clock's time without an offset, and its zone beside it. */
function atUtc(instant: number): object {
  return { dateTime: new Date(instant).toISOString().slice(0, -1), timeZone: 'UTC' }
}

/** Microsoft answers in UTC where nobody prefers another zone. */
function instantOf(written: unknown): number {
  const { dateTime, timeZone } = (written ?? {}) as { dateTime?: unknown; timeZone?: unknown }
  const instant = timeZone === 'UTC' ? Date.parse(`${dateTime}Z`) : Number.NaN
  if (Number.isNaN(instant)) throw new SourceFault('Microsoft’s answer cannot be read.')
  return instant
}

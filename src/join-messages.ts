import type { Principal } from '#access/principal.ts'
import type { SecurityLog } from '#audit/security-log.ts'
import type { Road } from '#interaction/walk.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import { createClinicDescriptions } from '#oauth/sign-in/clinic-descriptions.ts'
import { startSweeper } from '#scheduling/holds/every-second.ts'
import { forgetMessages, keepTelling, type TellParts } from '#scheduling/messages/keep-telling.ts'
import { createMessageRule } from '#scheduling/messages/message-rule.ts'
import type { VisitLetter } from '#scheduling/messages/prepare-letter.ts'
import type { Database } from '#store/store.ts'

export interface MessageParts {
  readonly database: Database
  readonly clock: () => Date
  readonly newId: () => string
  readonly principalOf: (tenant: string) => Principal
  readonly securityLog: SecurityLog
  readonly settings: { readonly timeZone: string }
  /** Absent: patients are not written to. */
  readonly sendLetter?: ((letter: VisitLetter) => Promise<void>) | undefined
  readonly share?: TellParts['share']
  readonly onFault: (sentence: string, cause: unknown) => void
}

export interface Messages {
  readonly rules: readonly WriteRule[]
  start(road: Road): AsyncDisposable
}

const hour = 3_600_000

/** What patients are told of their visits. */
export function joinMessages({ sendLetter, ...parts }: MessageParts): Messages {
  const { database, securityLog, settings, onFault } = parts
  const describeClinic = createClinicDescriptions(database, settings.timeZone)
  return {
    rules: sendLetter === undefined ? [] : [createMessageRule(parts)],
    start(road) {
      const running = new AsyncDisposableStack()
      if (sendLetter === undefined) return running
      const record = (
        tenant: string,
        { appointment, patient, kind }: { appointment: string; patient: string; kind: string },
        failure?: string,
      ) =>
        securityLog.record(tenant, {
          deed: 'delivery',
          patient,
          about: { reference: `Appointment/${appointment}` },
          description: 'a letter about a visit',
          details: { kind },
          ...(failure === undefined ? {} : { failure }),
        })
      running.use(
        keepTelling({ ...parts, road, describeClinic, record, send: sendLetter }, (cause) =>
          onFault('Telling patients of their visits failed', cause),
        ),
      )
      running.use(
        startSweeper(
          () => forgetMessages(database),
          (cause) => onFault('Forgetting messages failed', cause),
          hour,
        ),
      )
      return running
    },
  }
}

/** A mail server takes no more from many servers than from one. */
const lettersASecond = 10

/** Which letters are due goes through Redis, not what they say. */
export async function shareLetters(
  url: string | undefined,
  onFault: MessageParts['onFault'],
): Promise<TellParts['share']> {
  if (url === undefined) return undefined
  const { SharedWork } = await import('#redis/shared-work.ts')
  return (work) =>
    new SharedWork({
      ...{ url, name: 'letters', work, onFault },
      ...{ perSecond: lettersASecond, atOnce: 4 },
      keyOf: ({ tenant, id }) => `${tenant}-${id}`,
    })
}

import type { Transaction } from '#store/store.ts'
import type { MessageKind } from './message-kind.ts'

export interface VisitMessage {
  readonly id: string
  readonly appointment: string
  readonly patient: string
  readonly kind: MessageKind
  readonly was: Date | null
  /** Which one this is. */
  readonly attempts: number
}

export type Outcome = 'sent' | 'overtaken' | 'no-address' | 'failed'

interface Kept {
  readonly appointment: string
  readonly kind: MessageKind
  readonly was: Date | undefined
  readonly messages: readonly { readonly id: string; readonly patient: string }[]
}

/** Changes of one visit within this are told together. */
const pause = '1 second'

/** What was not told yet is told by the newer message, from the time that the patient still believes in. */
export async function keepMessages(
  tx: Transaction,
  { appointment, kind, was, messages }: Kept,
): Promise<void> {
  await tx.query(
    `WITH older AS (
       UPDATE visit_message SET ended = almanac_now(), outcome = 'overtaken'
       WHERE tenant = $1 AND appointment = $2 AND patient = ANY($5) AND ended IS NULL RETURNING patient, was)
     INSERT INTO visit_message (tenant, id, appointment, patient, kind, was, due)
     SELECT $1, m.id, $2, m.patient, $3, coalesce((SELECT min(o.was) FROM older o WHERE o.patient = m.patient), $6),
       almanac_now() + interval '${pause}'
     FROM unnest($4::uuid[], $5::text[]) m(id, patient)`,
    [
      ...[tx.tenant, appointment, kind],
      ...[messages.map(({ id }) => id), messages.map(({ patient }) => patient), was ?? null],
    ],
  )
}

/** Its next turn is moved on at once: one server sends it, and another one should that one die. */
export async function takeMessage(tx: Transaction, id: string): Promise<VisitMessage | undefined> {
  const [taken] = await tx.query<VisitMessage>(
    `UPDATE visit_message SET due = almanac_now() + interval '5 minutes', attempts = attempts + 1
     WHERE tenant = $1 AND id = $2 AND due <= almanac_now() AND ended IS NULL
     RETURNING id, appointment, patient, kind, was, attempts`,
    [tx.tenant, id],
  )
  return taken
}

export async function endMessage(
  tx: Transaction,
  id: string,
  outcome: Outcome,
  fault?: string,
): Promise<void> {
  await tx.query(
    `UPDATE visit_message SET ended = almanac_now(), outcome = $3, fault = $4
     WHERE tenant = $1 AND id = $2 AND ended IS NULL`,
    [tx.tenant, id, outcome, fault ?? null],
  )
}

/** Each time twice as long, six hours at most; not all of those that failed together at once. */
export async function tryLater(tx: Transaction, id: string, fault: string): Promise<void> {
  await tx.query(
    `UPDATE visit_message SET fault = $3, due = almanac_now()
       + least(interval '1 minute' * 2 ^ (attempts - 1), interval '6 hours') * (0.75 + random() / 2)
     WHERE tenant = $1 AND id = $2`,
    [tx.tenant, id, fault],
  )
}

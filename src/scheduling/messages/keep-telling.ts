import type { Principal } from '#access/principal.ts'
import type { Road } from '#interaction/walk.ts'
import type { Database } from '#store/store.ts'
import { startSweeper } from '../holds/every-second.ts'
import { keepWorklist } from '../keep-worklist.ts'
import { ownRequest } from '../own-request.ts'
import { endMessage, type Outcome, takeMessage, tryLater, type VisitMessage } from './message-rows.ts'
import { type LetterParts, prepareLetter, type VisitLetter } from './prepare-letter.ts'

export interface TellParts extends LetterParts {
  readonly database: Pick<Database, 'acrossClinics' | 'asSystem'>
  readonly road: Pick<Road, 'write'>
  readonly principalOf: (tenant: string) => Principal
  readonly newId: () => string
  readonly send: (letter: VisitLetter) => Promise<void>
  /** That a letter went out, or was refused for good, for auditors. */
  readonly record: (tenant: string, message: VisitMessage, failure?: string) => Promise<void>
  /** Where servers share the work. */
  readonly share?: ((tell: (key: MessageKey) => Promise<void>) => Shared) | undefined
}

export interface MessageKey {
  readonly tenant: string
  readonly id: string
}

export interface Shared extends AsyncDisposable {
  /** Some server does it, this one or another. */
  hand(key: MessageKey): Promise<void>
}

/** Over two days, as each pause is twice the one before. */
const mostAttempts = 12
const together = 4
const second = 1_000

/** Sends what is due, or hands it to who does. Any number of servers may do this at once. */
async function tellPatients(
  { database }: Pick<TellParts, 'database'>,
  tell: (key: MessageKey) => Promise<void>,
): Promise<void> {
  const due = await database.acrossClinics<{ tenant: string; id: string }>(
    'SELECT tenant, id FROM visit_message WHERE ended IS NULL AND due <= almanac_now() ORDER BY due LIMIT 200',
  )
  for (let at = 0; at < due.length; at += together) await Promise.all(due.slice(at, at + together).map(tell))
}

async function tellOne(parts: TellParts, { tenant, id }: MessageKey): Promise<void> {
  const system = parts.database.asSystem(tenant)
  const message = await system.transaction((tx) => takeMessage(tx, id))
  if (message === undefined) return
  const letter = await prepareLetter(parts, tenant, message)
  const end = (outcome: Outcome, fault?: string) =>
    system.transaction((tx) => endMessage(tx, id, outcome, fault))
  if (typeof letter === 'string') return end(letter)
  try {
    await parts.send(letter)
  } catch (cause) {
    const fault = faultOf(cause)
    if (!fault.final && message.attempts < mostAttempts)
      return system.transaction((tx) => tryLater(tx, id, fault.word))
    await end('failed', fault.word)
    await parts.record(tenant, message, 'the letter was not taken')
    return askToCall(parts, tenant, message)
  }
  await end('sent')
  await parts.record(tenant, message)
}

/** A word and a number at most: what a mail server says may name the mailbox. */
function faultOf(cause: unknown): { readonly word: string; readonly final: boolean } {
  const { code, responseCode } = (cause ?? {}) as { code?: unknown; responseCode?: unknown }
  const number = Number(responseCode) || undefined
  const word = [typeof code === 'string' ? code : 'not sent', number].filter(Boolean).join(' ')
  // The mailbox is refused for good; RFC 5321, 4.2.1.
  return { word, final: code === 'EENVELOPE' && number !== undefined && number >= 550 && number < 560 }
}

const kinds = { code: 'tell-patient', text: 'Tell the patient by telephone' }

/** Somebody must: a Task on the clinic's list. */
async function askToCall(parts: TellParts, tenant: string, message: VisitMessage): Promise<void> {
  const { clock, newId, road, principalOf } = parts
  await parts.database.asSystem(tenant).transaction(async (tx) => {
    const write = (change: Parameters<Road['write']>[0]) =>
      road.write(change, tx, ownRequest('tell-patient'), principalOf(tenant))
    const why = `The letter that the visit was ${message.kind} could not be delivered.`
    const left = [{ id: message.appointment, patient: `Patient/${message.patient}`, why }]
    await keepWorklist({ clock, newId, write, kind: kinds }, tx, left, {})
  })
}

export function keepTelling(parts: TellParts, onFault: (cause: unknown) => void): AsyncDisposable {
  const running = new AsyncDisposableStack()
  const tell = (key: MessageKey) => tellOne(parts, key)
  const shared = parts.share && running.use(parts.share(tell))
  running.use(startSweeper(() => tellPatients(parts, shared?.hand.bind(shared) ?? tell), onFault, second))
  return running
}

/** For a month it can be looked up what became of a message. */
export function forgetMessages(database: Pick<Database, 'acrossClinics'>): Promise<unknown> {
  return database.acrossClinics(
    `DELETE FROM visit_message WHERE ended < almanac_now() - interval '30 days' RETURNING 1`,
  )
}

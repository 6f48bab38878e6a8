import { Refusal } from '#fhir/refusal.ts'
import type { Transaction } from '#store/store.ts'
import { findAppointment } from '../booking/stored-appointment.ts'
import { findClosed } from './close-time.ts'
import type { PlannedMove, Unplaced } from './make-plan.ts'
import {
  type Carried,
  close,
  closeTime,
  isTakenMeanwhile,
  listLeft,
  mostAttempts,
  type Replanning,
  rehearse,
  writeMove,
  writer,
} from './rehearse.ts'

/** Each in a transaction of its own: whom somebody got in the way of goes on the worklist, the others have moved. */
export async function moveOneByOne(
  replanning: Replanning,
  check: (carried: Carried) => void,
): Promise<Carried> {
  const { parts, call, wish } = replanning
  const inOne = <T>(work: (tx: Transaction) => Promise<T>) => parts.transact(call, work)
  const planned = await rehearse(replanning)
  check(planned)
  const targets = await inOne((tx) => close(replanning, tx))
  const moves: PlannedMove[] = []
  const unplaced: Unplaced[] = [...planned.plan.unplaced]
  for (const move of planned.plan.moves)
    try {
      await inOne((tx) => moveOne(replanning, tx, move))
      moves.push(move)
    } catch (failure) {
      const refusal = failure instanceof Error && failure.cause instanceof Refusal ? failure.cause : failure
      if (!(refusal instanceof Refusal) || refusal.status >= 500) throw failure
      unplaced.push({ hit: move.hit, why: refusal.message })
    }
  const plan = { ...planned.plan, moves, unplaced }
  for (let attempt = 1; ; attempt++)
    try {
      return await inOne(async (tx) => {
        const closed = await findClosed(tx, await parts.calendars.of(tx), wish.actors)
        const closedSlots = await closeTime(replanning, tx, closed)
        return { plan, targets, closedSlots, tasks: await listLeft(replanning, tx, plan) }
      })
    } catch (failure) {
      if (attempt === mostAttempts || !isTakenMeanwhile(failure)) throw failure
    }
}

async function moveOne(replanning: Replanning, tx: Transaction, move: PlannedMove): Promise<void> {
  const stored = await findAppointment(tx, move.hit.id)
  if (stored?.before.version !== move.hit.before.version)
    throw new Refusal('conflict', 'It has changed meanwhile: look at it again.')
  await writeMove(writer(replanning, tx), move)
  await tx.flush()
}

import { Refusal } from '#fhir/refusal.ts'
import type { OperationCall } from '#interaction/operation.ts'
import type { Transaction } from '#store/store.ts'
import type { BookingParts } from '../booking/booking-parts.ts'
import type { ClinicCalendars } from '../find/clinic-calendar.ts'
import { keepWorklist } from '../keep-worklist.ts'
import { closeSlots, closureTargets, findClosed, writeClosures } from './close-time.ts'
import { type Closed, findHits } from './find-hits.ts'
import {
  makePlan,
  moveKey,
  type Objections,
  type Plan,
  type PlannedMove,
  type PlanParts,
} from './make-plan.ts'
import { moveAppointment } from './move-appointment.ts'
import type { ReplanWish } from './replan-wish.ts'
import type { Write } from './write.ts'

export interface ReplanParts extends PlanParts {
  readonly calendars: ClinicCalendars
  readonly newId: () => string
  readonly transact: BookingParts['transact']
}

export interface Replanning {
  readonly parts: ReplanParts
  readonly call: OperationCall
  readonly wish: ReplanWish
}

export interface Carried {
  readonly plan: Plan
  /** Where the closure is written. */
  readonly targets: readonly string[]
  readonly closedSlots: number
  /** Of those who could not be placed, by appointment. */
  readonly tasks: ReadonlyMap<string, string>
}

/** What an attempt was refused: a move, or any move of an appointment, with the reason. */
interface Learnt extends Objections {
  readonly forbidden: Set<string>
  readonly stuck: Map<string, string>
}

/** A plan judges by what it has loaded; whatever else speaks against a move shows when it is written. */
export const mostAttempts = 20

/** A preview is the thing itself, given up at the last moment: so it cannot promise what would not happen. */
export async function rehearse(replanning: Replanning): Promise<Carried> {
  let rehearsed: Carried | undefined
  const rehearsal = new Error('Rehearsed')
  try {
    await carryOut(replanning, (carried) => {
      rehearsed = carried
      throw rehearsal
    })
  } catch (failure) {
    if (failure !== rehearsal || rehearsed === undefined) throw failure
  }
  return { ...(rehearsed as Carried), tasks: new Map() }
}

/** Everything in one transaction; `check` may still give it up when all is written. */
export async function carryOut(replanning: Replanning, check: (carried: Carried) => void): Promise<Carried> {
  const { parts, call } = replanning
  const learnt: Learnt = { forbidden: new Set(), stuck: new Map() }
  for (let attempt = 1; ; attempt++) {
    let tried: Plan | undefined
    try {
      return await parts.transact(call, async (tx) => {
        const write = writer(replanning, tx)
        const { closed, targets, plan } = await closeAndPlan(replanning, tx, learnt)
        tried = plan
        for (const move of plan.moves) await writeMove(write, move)
        await tx.flush()
        const closedSlots = await closeTime(replanning, tx, closed)
        const tasks = await listLeft(replanning, tx, plan)
        const carried = { plan, targets, closedSlots, tasks }
        check(carried)
        return carried
      })
    } catch (failure) {
      if (attempt === mostAttempts || !learn(learnt, tried, failure)) throw failure
    }
  }
}

/** Closes the time, so that nobody books into it while others leave, and plans over what is then open. */
async function closeAndPlan(
  replanning: Replanning,
  tx: Transaction,
  learnt: Learnt,
): Promise<{ closed: Closed; targets: readonly string[]; plan: Plan }> {
  const { parts, call, wish } = replanning
  await tx.lock(['replan'])
  const targets = await close(replanning, tx)
  await tx.flush()
  const calendar = await parts.calendars.of(tx)
  const closed = await findClosed(tx, calendar, wish.actors)
  const hits = await findHits(tx, closed, wish.range, wish.rosterChange)
  const plan = await makePlan(parts, tx, calendar, hits, wish, call.principal, learnt)
  return { closed, targets, plan }
}

/** A roster that has changed says by itself what is closed. */
export async function close(replanning: Replanning, tx: Transaction): Promise<readonly string[]> {
  const { parts, call, wish } = replanning
  if (wish.rosterChange) return []
  const closed = await findClosed(tx, await parts.calendars.of(tx), wish.actors)
  const targets = closureTargets(closed, wish, call.principal)
  const timeZone = closed.schedules[0]?.roster.timeZone ?? parts.timeZone
  await writeClosures(tx, targets, wish, timeZone, call.principal, writer(replanning, tx))
  return targets
}

export async function closeTime(replanning: Replanning, tx: Transaction, closed: Closed): Promise<number> {
  const { wish } = replanning
  if (wish.rosterChange) return 0
  const closedSlots = await closeSlots(tx, closed, wish.range, writer(replanning, tx))
  await tx.flush()
  return closedSlots
}

export async function listLeft(
  replanning: Replanning,
  tx: Transaction,
  { id, unplaced }: Pick<Plan, 'id' | 'unplaced'>,
): Promise<ReadonlyMap<string, string>> {
  const { parts, call, wish } = replanning
  // A preview may be looked at by those who keep no list.
  if (!wish.apply) return new Map()
  const { fhirUser } = call.principal
  const left = unplaced.map(({ hit: { id, patients }, why }) => {
    const [patient] = patients
    return { id, why, ...(patient !== undefined && { patient }) }
  })
  return keepWorklist({ ...parts, write: writer(replanning, tx) }, tx, left, {
    group: id,
    ...(fhirUser !== undefined && { requester: fhirUser }),
    ...(wish.reason !== undefined && { text: wish.reason }),
  })
}

export function writer({ call }: Replanning, tx: Transaction): Write {
  const { road, request, principal } = call
  return (change) => road.write(change, tx, request, principal)
}

export async function writeMove(write: Write, { hit, time, slots }: PlannedMove): Promise<void> {
  const { id, before } = hit
  try {
    await write({
      method: 'PUT',
      type: 'Appointment',
      id,
      before,
      after: moveAppointment(hit, time, slots),
    })
  } catch (failure) {
    throw failure instanceof Refusal ? new MoveRefused(id, failure) : failure
  }
}

/** Of an appointment that cannot be written as it is, wherever it goes. */
class MoveRefused extends Error {
  readonly id: string
  readonly refusal: Refusal

  constructor(id: string, refusal: Refusal) {
    super(refusal.message, { cause: refusal })
    this.id = id
    this.refusal = refusal
  }
}

/** A slot that was free when it was to be closed has been booked since: looked at again, it is one of those hit. */
export function isTakenMeanwhile(failure: unknown): boolean {
  return (
    failure instanceof Refusal && failure.kind === 'conflict' && failure.about?.startsWith('Slot/') === true
  )
}

/** Whether there is something to do otherwise. */
function learn({ forbidden, stuck }: Learnt, plan: Plan | undefined, failure: unknown): boolean {
  if (failure instanceof MoveRefused) {
    stuck.set(failure.id, failure.refusal.message)
    return true
  }
  if (isTakenMeanwhile(failure)) return true
  if (!(failure instanceof Refusal) || failure.status >= 500) return false
  const refused = plan?.moves.find(({ hit }) => failure.about === `Appointment/${hit.id}`)
  if (refused === undefined) return false
  const key = moveKey(refused.hit.id, refused.time)
  // The same again: it is not the time that speaks against it.
  if (forbidden.has(key)) stuck.set(refused.hit.id, failure.message)
  forbidden.add(key)
  return true
}

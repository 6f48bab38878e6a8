import { createHash } from 'node:crypto'
import type { Principal } from '#access/principal.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import type { FoundTime } from '../find/found-time.ts'
import { loadSlotPlaces } from '../find/load-times.ts'
import { chain, withSlots } from '../find/make-offers.ts'
import type { ConditionParts } from '../rules/conditions.ts'
import { chooseMoves } from './choose-moves.ts'
import type { Hit, Hits } from './find-hits.ts'
import { findMeetings, meet } from './meetings.ts'
import { findPossibleMoves, type PossibleMove } from './possible-moves.ts'
import type { ReplanWish } from './replan-wish.ts'
import { createRulesOfMoves } from './rules-of-moves.ts'

export interface PlanParts extends ConditionParts {
  readonly clock: () => Date
  readonly timeZone: string
}

export interface PlannedMove extends PossibleMove {
  readonly slots: readonly string[]
}

export interface Unplaced {
  readonly hit: Hit
  readonly why: string
}

export interface Plan {
  /** The same for the same plan over the same appointments, whenever it is made. */
  readonly id: string
  readonly moves: readonly PlannedMove[]
  readonly unplaced: readonly Unplaced[]
  readonly hidden: number
}

/** What was refused when it was tried: single moves, and appointments that cannot be moved at all. */
export interface Objections {
  readonly forbidden: ReadonlySet<string>
  readonly stuck: ReadonlyMap<string, string>
}

/** Where everybody goes, with the least that can be asked of all of them together. Writes nothing. */
export async function makePlan(
  parts: PlanParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  { hits, hidden }: Hits,
  wish: ReplanWish,
  principal: Principal,
  { forbidden, stuck }: Objections,
): Promise<Plan> {
  const { timeZone } = parts
  const now = parts.clock().getTime()
  const movable = hits.filter((hit) => isMovable(hit, now) && !stuck.has(hit.id))
  const rules = await createRulesOfMoves(
    { ...parts, now },
    tx,
    calendar,
    movable,
    hullOf(movable, wish),
    principal,
  )
  const isForbidden = ({ id }: Hit, time: FoundTime) => forbidden.size > 0 && forbidden.has(moveKey(id, time))
  const possible = await findPossibleMoves(
    { timeZone, now, isAllowed: rules.isAllowed, isForbidden },
    tx,
    calendar,
    movable,
    wish,
  )
  const chosen = chooseMoves({
    ...possible,
    meet,
    faults: (some: readonly (PossibleMove | undefined)[]) => {
      const meetings = findMeetings(some, possible.busy)
      return meetings.length > 0 ? meetings : rules.broken(some).map((row) => [row])
    },
  })
  const moves = await nameSlots(
    tx,
    chosen.filter((one) => one !== undefined),
    movable,
  )
  const placed = new Set(moves.map(({ hit }) => hit))
  const unplaced = hits
    .filter((hit) => !placed.has(hit))
    .map((hit) => ({
      hit,
      why: stuck.get(hit.id) ?? (isMovable(hit, now) ? noTime : underWay),
    }))
  return { id: planId(moves, unplaced, wish), moves, unplaced, hidden }
}

const underWay = 'It has begun, or they have arrived: talk to them.'
const noTime = 'No other time is free for it within these limits and the rules of the clinic.'

export function moveKey(id: string, { start, main }: FoundTime): string {
  return `${id} ${start} ${main.roster.schedule}`
}

function isMovable({ appointment, start }: Hit, now: number): boolean {
  return start > now && (appointment.status === 'booked' || appointment.status === 'pending')
}

function hullOf(hits: readonly Hit[], { limits }: ReplanWish): Interval {
  const starts = hits.map(({ start }) => start)
  const ends = hits.map(({ end }) => end)
  return { start: Math.min(...starts) - limits.reach, end: Math.max(...ends) + limits.reach }
}

/** Which slots a visit takes; those of one who leaves may be another's. */
async function nameSlots(
  tx: Transaction,
  chosen: readonly PossibleMove[],
  hits: readonly Hit[],
): Promise<readonly PlannedMove[]> {
  if (chosen.length === 0) return []
  const schedules = new Set(
    chosen.flatMap(({ time }) => withSlots(time).map(({ roster }) => roster.schedule)),
  )
  const range = {
    start: Math.min(...chosen.map(({ time }) => time.start)),
    end: Math.max(...chosen.map(({ time }) => time.end)),
  }
  const freed = hits.flatMap((hit) => hit.slots)
  const places = await loadSlotPlaces(tx, [...schedules], range, freed)
  return chosen.flatMap((move) => {
    const chains = withSlots(move.time).map(({ roster }) =>
      chain(places.get(roster.schedule) ?? [], move.time),
    )
    if (chains.some((one) => one === undefined)) return []
    return { ...move, slots: chains.flatMap((list) => (list ?? []).map(({ id }) => `Slot/${id}`)) }
  })
}

function planId(
  moves: readonly PlannedMove[],
  unplaced: readonly Unplaced[],
  { actors, range, atomic, rosterChange, limits }: ReplanWish,
): string {
  const lines = [
    JSON.stringify([actors, range, atomic, rosterChange, limits]),
    ...moves.map(({ hit, time, slots }) =>
      [
        hit.id,
        hit.before.version,
        time.start,
        time.end,
        ...slots,
        ...time.aids.map(({ roster }) => roster.schedule),
      ].join(),
    ),
    ...unplaced.map(({ hit }) => [hit.id, hit.before.version].join()),
  ]
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('base64url')
}

import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { loadAllBusy } from '../external/load-all-busy.ts'
import { type Busy, type Claim, hasRoom, idle, placesLeft } from '../find/busy.ts'
import type { Candidate } from '../find/candidate.ts'
import { type Candidates, chooseCandidates } from '../find/choose-candidates.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { combine } from '../find/find-times.ts'
import type { FindWish } from '../find/find-wish.ts'
import type { FoundTime } from '../find/found-time.ts'
import { loadSlotTimes } from '../find/load-times.ts'
import { firstFrom } from '../first-from.ts'
import type { Choice } from './choose-moves.ts'
import type { Hit } from './find-hits.ts'
import { groupByKind, type Kind } from './kinds.ts'
import { Nearest } from './nearest.ts'
import { createPricer, type Pricer } from './price-move.ts'
import type { ReplanWish } from './replan-wish.ts'

export interface PossibleMove extends Choice {
  readonly hit: Hit
  readonly time: FoundTime
  readonly price: Pricer
}

export interface PossibleMoves {
  readonly rows: readonly (readonly PossibleMove[])[]
  readonly places: readonly number[]
  /** What stays of the calendars when all that are hit have left. */
  readonly busy: ReadonlyMap<string, Busy>
}

export interface PossibleParts {
  readonly timeZone: string
  readonly now: number
  /** What the clinic's rules say, whoever the patient is. */
  readonly isAllowed: (hit: Hit, time: FoundTime) => boolean
  /** Found wanting before: when all was written, and refused. */
  readonly isForbidden: (hit: Hit, time: FoundTime) => boolean
}

/**
 * With n to place nobody needs more than their n best times, the others can hold only n - 1 of them; a few more for
 * visits that lie across several.
 */
const spare = 30
const mostChoices = 400
const mostAids = 4
const day = 86_400_000

export async function findPossibleMoves(
  parts: PossibleParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  hits: readonly Hit[],
  wish: ReplanWish,
): Promise<PossibleMoves> {
  const { timeZone, now } = parts
  const kinds = await groupByKind(tx, calendar, hits, wish.limits, now)
  const { busy, found } = await findForAll(parts, tx, calendar, kinds, hits)
  const columns = new Map<string, number>()
  const columnOfTime = new Map<FoundTime, number>()
  const places: number[] = []
  const rows = new Map<Hit, readonly PossibleMove[]>()
  const most = Math.min(mostChoices, hits.length + spare)
  for (const [{ hits: ofKind }, times] of found)
    for (const hit of ofKind) {
      const price = createPricer(hit, wish.limits, timeZone, now)
      const others = wish.atomic ? [] : hits.filter((one) => one !== hit)
      const fits = (time: FoundTime) =>
        hit.patients.every((patient) => hasRoom(busy.get(patient) ?? idle, time, 1)) &&
        !others.some((other) => meets(other, time)) &&
        !parts.isForbidden(hit, time) &&
        parts.isAllowed(hit, time)
      const best = nearestFirst(hit, times, price, fits, most)
      rows.set(
        hit,
        best.map(({ time, cost }, at) => ({ hit, time, cost, price, at, column: columnOf(time) })),
      )
    }
  return { rows: hits.map((hit) => rows.get(hit) ?? []), places, busy }

  function columnOf(time: FoundTime): number {
    const known = columnOfTime.get(time) ?? findColumn(time)
    columnOfTime.set(time, known)
    return known
  }

  /** Kinds of visits have times of their own, which may be the same. */
  function findColumn(time: FoundTime): number {
    const names = [time.main, ...time.aids].map(({ roster }) => roster.schedule)
    const key = [time.start, time.end, ...names].join()
    const known = columns.get(key)
    if (known !== undefined) return known
    const all = [time.main, ...time.aids].flatMap(({ actors }) => actors)
    const left = all.map(({ reference, capacity }) => placesLeft(busy.get(reference) ?? idle, time, capacity))
    columns.set(key, places.length)
    places.push(Math.max(1, Math.min(...left)))
    return places.length - 1
  }
}

interface Found {
  readonly busy: ReadonlyMap<string, Busy>
  readonly found: ReadonlyMap<Kind, readonly FoundTime[]>
}

/** As if all that are hit had left already. */
async function findForAll(
  { now, timeZone }: PossibleParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  kinds: readonly Kind[],
  hits: readonly Hit[],
): Promise<Found> {
  const chosen = new Map<Kind, Candidates>()
  for (const kind of kinds)
    if (asksForAnything(kind.wish))
      chosen.set(kind, await chooseCandidates(tx, calendar, kind.wish, timeZone))
  if (chosen.size === 0) return { busy: new Map(), found: new Map(kinds.map((kind) => [kind, []])) }
  const all = [...chosen.values()].flatMap(({ mains, rooms, devices }) => [...mains, ...rooms, ...devices])
  const range = {
    start: Math.min(...kinds.map(({ wish }) => wish.range.start)),
    end: Math.max(...kinds.map(({ wish }) => wish.range.end)),
  }
  const schedules = new Set(all.filter(({ hasSlots }) => hasSlots).map(({ roster }) => roster.schedule))
  const freed = hits.flatMap((hit) => hit.slots)
  const slots = await loadSlotTimes(tx, [...schedules], range, freed)
  const actors = new Set([
    ...all.flatMap((one) => one.actors.map(({ reference }) => reference)),
    ...hits.flatMap((hit) => hit.patients),
  ])
  const around = { start: range.start - day, end: range.end + day }
  const leaving = hits.map(({ id }) => id)
  const busy = await loadAllBusy(tx, calendar, [...actors], around, leaving)
  const times = (kind: Kind): readonly FoundTime[] => {
    const candidates = chosen.get(kind)
    if (candidates === undefined) return []
    return combine(candidates, kind.wish, { slots, busy, now }, mostAids).toSorted(
      (a, b) => a.start - b.start,
    )
  }
  return { busy, found: new Map(kinds.map((kind) => [kind, times(kind)])) }
}

function asksForAnything({ visitTypes, practitioners, locations, devices }: FindWish): boolean {
  return [visitTypes, practitioners, locations, devices].some((list) => list.length > 0)
}

interface Priced {
  readonly time: FoundTime
  readonly cost: number
}

/** From the old time outwards: nothing that lies farther away than it costs can be better than what is known. */
function nearestFirst(
  hit: Hit,
  times: readonly FoundTime[],
  price: Pricer,
  fits: (time: FoundTime) => boolean,
  most: number,
): readonly Priced[] {
  const best: Priced[] = []
  const waiting = new Nearest()
  let after = firstFrom(times, hit.start)
  let before = after - 1
  const away = (at: number) => {
    const time = times[at]
    return time === undefined
      ? Number.POSITIVE_INFINITY
      : Math.round(Math.abs(time.start - hit.start) / 60_000)
  }
  while (best.length < most) {
    const at = away(before) <= away(after) ? before-- : after++
    const reached = away(at)
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next.distance >= reached && reached < Number.POSITIVE_INFINITY) {
        waiting.push(next.id, next.distance)
        break
      }
      const time = times[next.id] as FoundTime
      if (best.length < most && fits(time)) best.push({ time, cost: next.distance })
    }
    if (reached === Number.POSITIVE_INFINITY) break
    const cost = price.costOf(times[at] as FoundTime)
    if (cost !== undefined) waiting.push(at, cost)
  }
  return best
}

/** One by one nobody can go where another still is. */
function meets(other: Hit, time: FoundTime): boolean {
  if (other.end <= time.start || time.end <= other.start) return false
  return [time.main, ...time.aids].some(({ actors }) =>
    actors.some(({ reference }) => other.actors.includes(reference)),
  )
}

export interface MovedClaim extends Claim {
  /** With the buffers that its calendar keeps around it. */
  readonly around: Interval
}

/** What a move takes of whom. */
export function claimsOf(move: PossibleMove): ReadonlyMap<string, MovedClaim> {
  const known = claims.get(move) ?? readClaims(move)
  claims.set(move, known)
  return known
}

const claims = new WeakMap<PossibleMove, ReadonlyMap<string, MovedClaim>>()

function readClaims({ hit, time }: PossibleMove): ReadonlyMap<string, MovedClaim> {
  const { start, end } = time
  const taken = new Map<string, MovedClaim>()
  const take = ({ roster, actors }: Candidate) => {
    const { before = 0, after = 0 } = roster.cutting ?? {}
    for (const { reference, capacity } of actors)
      taken.set(reference, { start, end, capacity, around: { start: start - before, end: end + after } })
  }
  for (const one of [time.main, ...time.aids]) take(one)
  for (const patient of hit.patients) taken.set(patient, { start, end, capacity: 1, around: { start, end } })
  return taken
}

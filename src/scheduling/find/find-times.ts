import type { Transaction } from '#store/store.ts'
import { covers, type Interval, merge } from '../availability/interval.ts'
import { loadAllBusy } from '../external/load-all-busy.ts'
import { bookingFacts } from '../rules/booking-facts.ts'
import type { ConditionParts } from '../rules/conditions.ts'
import { createJudge } from '../rules/judge.ts'
import { bookableTimes, visitsIn } from './bookable.ts'
import { buildOffer } from './build-offer.ts'
import { type Busy, hasRoom, idle } from './busy.ts'
import type { Candidate } from './candidate.ts'
import { type Candidates, chooseCandidates } from './choose-candidates.ts'
import type { ClinicCalendar, ClinicCalendars } from './clinic-calendar.ts'
import type { FindWish } from './find-wish.ts'
import { hasOwnPlace } from './fits-wish.ts'
import type { FoundTime } from './found-time.ts'
import { loadSlotTimes, type SlotTimes } from './load-times.ts'
import { fitsTimes } from './time-wish.ts'

export interface FindParts extends ConditionParts {
  readonly calendars: ClinicCalendars
  readonly clock: () => Date
  readonly timeZone: string
}

const day = 86_400_000

/** All that could be booked, in no order. The statements are as many for one clinician as for five hundred. */
export async function findTimes(
  parts: FindParts,
  tx: Transaction,
  wish: FindWish,
): Promise<readonly FoundTime[]> {
  const calendar = await parts.calendars.of(tx)
  const candidates = await chooseCandidates(tx, calendar, wish, parts.timeZone)
  const all = [...candidates.mains, ...candidates.rooms, ...candidates.devices]
  const schedules = all.filter(({ hasSlots }) => hasSlots).map(({ roster }) => roster.schedule)
  const actors = all.flatMap((one) => one.actors.map(({ reference }) => reference))
  const around = { start: wish.range.start - day, end: wish.range.end + day }
  const slots = await loadSlotTimes(tx, [...new Set(schedules)], wish.range)
  const busy = await loadAllBusy(tx, calendar, [...new Set([...actors, ...wish.patients])], around)
  const found = combine(candidates, wish, { slots, busy, now: parts.clock().getTime() })
  return allowed(parts, tx, calendar, wish, found)
}

/** Conditions take their time: who has so many to choose from asks for less at once. */
const mostJudged = 2_000

/** What the clinic's rules let through, to be booked without asking anybody. */
export async function allowed(
  parts: FindParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  wish: FindWish,
  found: readonly FoundTime[],
): Promise<readonly FoundTime[]> {
  const judge = await createJudge(parts, tx, calendar, wish.range, wish.patients)
  if (judge === undefined) return found
  const hasConditions = calendar.rules.some(({ demand }) => demand.kind === 'expression')
  const judged = hasConditions ? found.toSorted((a, b) => a.start - b.start).slice(0, mostJudged) : found
  return judged.filter((time) => {
    const offer = buildOffer(time, { id: 'offer', slots: [], range: wish.range, patients: wish.patients })
    const facts = bookingFacts(offer, [time.main, ...time.aids], parts.timeZone)
    return judge(facts).every(({ severity }) => severity === 'warn')
  })
}

export interface Calendars {
  readonly slots: ReadonlyMap<string, SlotTimes>
  readonly busy: ReadonlyMap<string, Busy>
  readonly now: number
}

/** Pure: from calendars to visits; `mostAids`: how many rooms and devices to choose from are told. */
export function combine(
  { mains, rooms, devices }: Candidates,
  wish: FindWish,
  calendars: Calendars,
  mostAids = 1,
): readonly FoundTime[] {
  const fits = fitsTimes(wish.times)
  const freeRooms = rooms.map((room) => freedom(room, calendars))
  const freeDevices = devices.map((device) => freedom(device, calendars))
  const patients = wish.patients.map((patient) => calendars.busy.get(patient) ?? idle)
  const found: FoundTime[] = []
  for (const main of mains) {
    const { schedule, timeZone } = main.roster
    const { free = [], taken = 0 } = calendars.slots.get(schedule) ?? {}
    const isFree = freedom(main, calendars, free)
    const kinds = [
      ...(wish.locations.length > 0 && !hasOwnPlace(main.of) ? [freeRooms] : []),
      ...(wish.devices.length > 0 ? [freeDevices] : []),
    ]
    for (const visit of visitsIn(free, wish.length)) {
      const { start, end } = visit
      if (!fits(start, timeZone) || !isFree.at(visit)) continue
      if (!patients.every((patient) => hasRoom(patient, visit, 1))) continue
      const aided = kinds.length === 0 ? unaided : combinations(kinds, visit, mostAids)
      for (const aids of aided) found.push({ start, end, main, aids, load: taken })
    }
  }
  return found
}

const unaided: readonly (readonly Candidate[])[] = [[]]

/** One of each kind: the first that are free, or the first few of each. */
function combinations(
  kinds: readonly (readonly Freedom[])[],
  visit: Interval,
  most: number,
): readonly (readonly Candidate[])[] {
  let found = unaided
  for (const kind of kinds) {
    const free: Candidate[] = []
    for (const { candidate, at } of kind) {
      if (free.length === most) break
      if (at(visit)) free.push(candidate)
    }
    found = found.flatMap((some) => free.map((one) => [...some, one]))
  }
  return found
}

interface Freedom {
  readonly candidate: Candidate
  at(visit: Interval): boolean
}

function freedom(candidate: Candidate, { slots, busy, now }: Calendars, own?: readonly Interval[]): Freedom {
  const { roster, actors, hasSlots } = candidate
  const { cutting, notice } = roster
  const latest = now + (notice.maximum ?? Number.POSITIVE_INFINITY)
  const bookable = bookableTimes(roster, now)
  // The caller walks the main schedule's slots itself.
  const free = own === undefined && hasSlots ? merge(slots.get(roster.schedule)?.free ?? []) : undefined
  const claims = actors.map(({ reference, capacity }) => ({ busy: busy.get(reference) ?? idle, capacity }))
  const { before = 0, after = 0 } = cutting ?? {}
  return {
    candidate,
    at(visit) {
      if (visit.start > latest || !covers(bookable, visit)) return false
      if (free !== undefined && !covers(free, visit)) return false
      const room = { start: visit.start - before, end: visit.end + after }
      return claims.every((one) => hasRoom(one.busy, room, one.capacity))
    },
  }
}

import type { Issue } from '#fhir/refusal.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { loadAllBusy } from '../external/load-all-busy.ts'
import { bookingFacts } from '../rules/booking-facts.ts'
import { calendarReasons } from '../rules/calendar-reasons.ts'
import { createJudge } from '../rules/judge.ts'
import { visitsIn } from './bookable.ts'
import { buildOffer } from './build-offer.ts'
import { hasRoom, idle } from './busy.ts'
import type { Candidate } from './candidate.ts'
import { chooseCandidates } from './choose-candidates.ts'
import type { FindParts } from './find-times.ts'
import type { FindWish } from './find-wish.ts'
import type { FoundTime } from './found-time.ts'
import { loadSlotTimes } from './load-times.ts'
import { fitsTimes } from './time-wish.ts'

/** More calendars than anybody reads about. */
const mostTold = 50
const day = 86_400_000

/** Why free slots were not offered, counted by calendar and reason, and how what is offered is ranked. */
export async function explainLeftOut(
  parts: FindParts,
  tx: Transaction,
  wish: FindWish,
  found: readonly FoundTime[],
): Promise<readonly Issue[]> {
  const calendar = await parts.calendars.of(tx)
  const { mains } = await chooseCandidates(tx, calendar, wish, parts.timeZone)
  const told = mains.slice(0, mostTold)
  const slots = await loadSlotTimes(
    tx,
    told.map(({ roster }) => roster.schedule),
    wish.range,
  )
  const reasonOf = await createReasonOf(parts, tx, wish, told)
  const offered = new Set(found.map(keyOf))
  const issues = told.flatMap((main) => {
    const { free = [], taken = 0 } = slots.get(main.roster.schedule) ?? {}
    const visits = visitsIn(free, wish.length).filter(({ start }) => !offered.has(keyOf({ main, start })))
    const counted = Map.groupBy(visits, (visit) => reasonOf(main, visit))
    const lines = [...counted].map(([reason, list]) => [list.length, reason] as const)
    if (taken > 0) lines.push([taken, 'taken by other visits.'])
    if (free.length + taken === 0) lines.push([0, 'it has no slots in this range.'])
    return lines.map(([many, reason]) => tell(`${main.roster.schedule}: ${many} times left out: ${reason}`))
  })
  const others = calendar.candidates.size - mains.length
  const unfit = others > 0 ? [tell(`${others} schedules are of others than were asked for.`)] : []
  return [tell(rankingOf(wish)), ...unfit, ...issues]
}

function keyOf({ main, start }: Pick<FoundTime, 'main' | 'start'>): string {
  return `${main.roster.schedule} ${start}`
}

async function createReasonOf(
  parts: FindParts,
  tx: Transaction,
  wish: FindWish,
  mains: readonly Candidate[],
): Promise<(main: Candidate, visit: Interval) => string> {
  const calendar = await parts.calendars.of(tx)
  const now = parts.clock().getTime()
  const actors = mains.flatMap((one) => one.actors.map(({ reference }) => reference))
  const around = { start: wish.range.start - day, end: wish.range.end + day }
  const busy = await loadAllBusy(tx, calendar, [...new Set([...actors, ...wish.patients])], around)
  const judge = await createJudge(parts, tx, calendar, wish.range, wish.patients)
  const fits = fitsTimes(wish.times)
  return (main, visit) => {
    const { before = 0, after = 0 } = main.roster.cutting ?? {}
    const room = { start: visit.start - before, end: visit.end + after }
    if (!fits(visit.start, main.roster.timeZone)) return 'not at the times that are wished for.'
    const [closed] = calendarReasons(main, visit, now)
    if (closed !== undefined) return closed.sentence
    if (!main.actors.every((one) => hasRoom(busy.get(one.reference) ?? idle, room, one.capacity)))
      return 'somebody or something that it needs is taken, or needs time before or after.'
    if (!wish.patients.every((patient) => hasRoom(busy.get(patient) ?? idle, visit, 1)))
      return 'the patient has another visit then.'
    const time = { ...visit, main, aids: [], load: 0 }
    const offer = buildOffer(time, { id: 'offer', slots: [], range: wish.range, patients: wish.patients })
    const facts = bookingFacts(offer, [main], parts.timeZone)
    const broken = judge?.(facts).find(({ severity }) => severity !== 'warn')
    if (broken !== undefined) return `${broken.sentence} (${broken.source})`
    return 'no room or device that was asked for is free.'
  }
}

/** As rank-times.ts does it. */
function rankingOf({ near, practitioners, rotate }: FindWish): string {
  const first = near === undefined ? 'the earliest' : 'the nearest to the day of the follow-up'
  const then = practitioners.length > 0 ? 'those named first, then ' : ''
  const once = rotate ? ' Each time is offered once.' : ''
  return `Ranked: ${first} first; at one time ${then}whoever has the fewest visits, then by a turn that changes daily.${once}`
}

function tell(diagnostics: string): Issue {
  return { severity: 'information', code: 'informational', diagnostics }
}

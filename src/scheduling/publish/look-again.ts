import type { Database, Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { type ClinicCalendar, calendarTypes } from '../find/clinic-calendar.ts'
import type { FindParts } from '../find/find-times.ts'
import { findFreeSlots } from './free-slots.ts'
import { forgetPublished, keepPublished } from './keep-published.ts'
import { loadLastStart, loadWeek } from './load-week.ts'
import type { PublicNames } from './public-names.ts'
import { buildDirectory, type PublishedDirectory, type PublishedSchedule } from './published-directory.ts'
import { buildSlotLines } from './slot-lines.ts'

export interface PublishParts extends FindParts {
  readonly database: Pick<Database, 'asSystem'>
  readonly namesOf: (tenant: string) => PublicNames
}

/** Seconds after which time alone may have made a difference, or a calendar elsewhere. */
const longest = 60
/** However much is booked and however many ask, the calendar is looked through once in this time, and for a twentieth of the time at most. */
export const freshSeconds = 10
const share = 20
/** What free time depends on; a visit may take some without a slot. */
const causes = ['Appointment', 'Slot', ...calendarTypes]
/** A change is known by when it was written, which may be so many seconds before others see it. */
const late = 5
/** So many calendars' slots of one week are held in memory at a time, and worked through without a pause. */
const batch = 20
const day = 86_400_000
const week = 7 * day
/** As far as $find looks. */
const farthest = 184 * day
const lock = 'published slots'

/**
 * Compares what is published with the calendar, when that is some time ago. Whoever finds somebody else at it takes what
 * there is; the first time all wait.
 */
export async function lookAgain(parts: PublishParts, tenant: string): Promise<void> {
  await parts.database.asSystem(tenant).transaction(async (tx) => {
    const look = await lastLook(tx)
    if (look !== undefined && !(await isDue(tx, look))) return
    if (look === undefined) await tx.lock([lock])
    else if (!(await tryTurn(tx))) return
    const latest = await lastLook(tx)
    if (latest !== undefined && !(await isDue(tx, latest))) return
    const [{ now } = { now: 0 }] = await tx.query<{ now: Date }>('SELECT almanac_now() AS now', [])
    await publish(parts, tx)
    await tx.query(
      `INSERT INTO published_look (tenant, looked, took) VALUES ($1, $2, extract(epoch FROM almanac_now() - $2))
       ON CONFLICT (tenant) DO UPDATE SET looked = excluded.looked, took = excluded.took`,
      [tenant, now],
    )
  })
}

interface Look {
  readonly age: number
  readonly took: number
}

async function lastLook(tx: Transaction): Promise<Look | undefined> {
  const [row] = await tx.query<Look>(
    'SELECT extract(epoch FROM almanac_now() - looked)::float8 AS age, took FROM published_look WHERE tenant = $1',
    [tx.tenant],
  )
  return row
}

async function isDue(tx: Transaction, { age, took }: Look): Promise<boolean> {
  if (age < Math.max(freshSeconds, share * took)) return false
  if (age >= longest) return true
  const [row] = await tx.query<{ changed: boolean }>(
    `SELECT EXISTS (SELECT FROM unnest($2::text[]) one WHERE EXISTS (
       SELECT FROM history h WHERE h.tenant = $1 AND h.type = one AND h.updated > now() - make_interval(secs => $3))) AS changed`,
    [tx.tenant, causes, age + late],
  )
  return row?.changed === true
}

async function tryTurn(tx: Transaction): Promise<boolean> {
  const [turn] = await tx.query<{ mine: boolean }>(
    // The same lock as that of tx.lock.
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 1634495854)) AS mine',
    [`${tx.tenant}\n${lock}`],
  )
  return turn?.mine === true
}

async function publish(parts: PublishParts, tx: Transaction): Promise<void> {
  const names = parts.namesOf(tx.tenant)
  const calendar = await parts.calendars.of(tx)
  const directory = buildDirectory(calendar, names)
  for (const [file, text] of [
    ['locations', directory.locationLines],
    ['schedules', directory.scheduleLines],
    ['errors', directory.problemLines],
    ['states', JSON.stringify(directory.states)],
  ] as const)
    await keepPublished(tx, file, new Map([['', text]]))
  const weeks = await publishWeeks(parts, tx, calendar, directory, names)
  await forgetPublished(
    tx,
    weeks,
    directory.schedules.map(({ name }) => name),
  )
}

async function publishWeeks(
  parts: PublishParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  { schedules }: PublishedDirectory,
  names: PublicNames,
): Promise<readonly string[]> {
  const now = parts.clock().getTime()
  const all = schedules.map(({ candidate }) => candidate.roster.schedule)
  const last = await loadLastStart(tx, all, { start: now, end: now + farthest })
  const weeks: string[] = []
  for (let monday = mondayOf(now); monday <= (last ?? now); monday += week) {
    const range: Interval = { start: Math.max(now, monday), end: monday + week }
    const file = `slots-${new Date(monday).toISOString().slice(0, 10)}`
    weeks.push(file)
    for (let at = 0; at < schedules.length; at += batch) {
      const some = schedules.slice(at, at + batch)
      const slots = await loadWeek(
        tx,
        some.map(({ candidate }) => candidate.roster.schedule),
        range,
      )
      const free = await findFreeSlots(parts, tx, calendar, some, slots, range)
      const own = Map.groupBy(slots, ({ schedule }) => schedule)
      const linesOf = (one: PublishedSchedule) =>
        buildSlotLines(one, own.get(one.candidate.roster.schedule) ?? [], free, names, tx.tenant)
      await keepPublished(tx, file, new Map(some.map((one) => [one.name, linesOf(one)])))
    }
  }
  return weeks
}

/** In UTC: files are named by it, people do not see it. The epoch began on a Thursday. */
function mondayOf(time: number): number {
  return Math.floor((time - 4 * day) / week) * week + 4 * day
}

import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { loadAllBusy } from '../external/load-all-busy.ts'
import { type Candidates, chooseCandidates } from '../find/choose-candidates.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import type { Calendars, FindParts } from '../find/find-times.ts'
import type { FindWish } from '../find/find-wish.ts'
import { loadSlotTimes } from '../find/load-times.ts'
import { type Entry, isWaiting, loadEntries, loadOffers, type PastOffer } from './entries.ts'
import { replacedBy, type Wishes, wishesOf } from './wishes-of.ts'

/** A clinic's list and all that its times depend on, as they are at one moment: so nobody is overtaken by a look at two. */
export interface View {
  readonly calendar: ClinicCalendar
  readonly calendars: Calendars
  /** In their order; those who wait, not those who are just offered something. */
  readonly waiting: readonly Waiting[]
}

export interface Waiting {
  readonly entry: Entry
  readonly wishes: Wishes
  readonly wish: FindWish
  readonly candidates: Candidates
  /** What they have let pass is not offered to them again. */
  readonly refused: readonly PastOffer[]
  /** The visit that an earlier one shall replace; undefined: none. */
  readonly replaces?: Resource | undefined
}

const day = 86_400_000
/** As far as $find looks. */
const farthest = 184 * day

export async function loadView(parts: FindParts, tx: Transaction): Promise<View> {
  const calendar = await parts.calendars.of(tx)
  const now = parts.clock().getTime()
  const entries = (await loadEntries(tx)).filter(isWaiting)
  const offers = Map.groupBy(
    await loadOffers(
      tx,
      entries.map(({ id }) => id),
    ),
    ({ appointment }) => appointment,
  )
  const replaced = await loadAppointments(tx, entries)
  const waiting: Waiting[] = []
  for (const entry of entries) {
    const wishes = wishesOf(entry.appointment, parts.timeZone)
    const wish = { ...wishes, range: rangeOf(wishes.periods, now) }
    // Without somebody who comes, or after all that was wished for, there is nothing to offer.
    if (wishes.patients.length === 0 || wish.range.start >= wish.range.end) continue
    const name = replacedBy(entry.appointment)
    waiting.push({
      ...{ entry, wishes, wish, refused: offers.get(entry.id) ?? [] },
      candidates: await chooseCandidates(tx, calendar, wish, parts.timeZone),
      ...(name !== undefined && { replaces: replaced.get(name) }),
    })
  }
  return { calendar, waiting, calendars: await loadCalendars(tx, calendar, waiting, now) }
}

function rangeOf(periods: readonly Interval[], now: number): Interval {
  const starts = periods.map(({ start }) => start)
  const ends = periods.map(({ end }) => end)
  return {
    start: Math.max(now, periods.length === 0 ? now : Math.min(...starts)),
    end: Math.min(now + farthest, periods.length === 0 ? now + farthest : Math.max(...ends)),
  }
}

async function loadCalendars(
  tx: Transaction,
  calendar: ClinicCalendar,
  waiting: readonly Waiting[],
  now: number,
): Promise<Calendars> {
  const all = waiting.flatMap(({ candidates: { mains, rooms, devices } }) => [...mains, ...rooms, ...devices])
  const range = {
    start: Math.min(...waiting.map(({ wish }) => wish.range.start)),
    end: Math.max(...waiting.map(({ wish }) => wish.range.end)),
  }
  if (waiting.length === 0) return { slots: new Map(), busy: new Map(), now }
  const schedules = all.filter(({ hasSlots }) => hasSlots).map(({ roster }) => roster.schedule)
  const actors = all.flatMap((one) => one.actors.map(({ reference }) => reference))
  const patients = waiting.flatMap(({ wish }) => wish.patients)
  const around = { start: range.start - day, end: range.end + day }
  return {
    now,
    slots: await loadSlotTimes(tx, [...new Set(schedules)], range),
    busy: await loadAllBusy(tx, calendar, [...new Set([...actors, ...patients])], around),
  }
}

async function loadAppointments(
  tx: Transaction,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, Resource>> {
  const names = entries.flatMap(({ appointment }) => replacedBy(appointment) ?? [])
  if (names.length === 0) return new Map()
  const rows = await tx.query<{ id: string; content: Resource }>(
    `SELECT id, content FROM ${tableOf('Appointment')} WHERE tenant = $1 AND id = ANY($2)`,
    [tx.tenant, names.map((name) => name.slice('Appointment/'.length))],
  )
  return new Map(rows.map(({ id, content }) => [`Appointment/${id}`, content]))
}

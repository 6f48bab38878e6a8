import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { buildSlot } from './build-slot.ts'
import { cutSlots } from './cut-slots.ts'
import type { Interval } from './interval.ts'
import { loadRosters, loadSchedules } from './load-rosters.ts'
import { loadSlots } from './load-slots.ts'
import { openTimes } from './open-times.ts'
import { type ExistingSlot, planSlots } from './plan-slots.ts'
import type { Roster } from './roster.ts'

const day = 86_400_000

export interface GenerateParts {
  readonly clock: () => Date
  readonly newId: () => string
  /** Where no resource names a time zone. */
  readonly timeZone: string
}

export interface ScheduleReport {
  readonly schedule: string
  readonly roster: Roster
  readonly created: number
  readonly removed: number
  readonly kept: number
  readonly hit: readonly HitSlot[]
}

/** A taken slot that the roster no longer has. */
export interface HitSlot extends ExistingSlot {
  readonly appointments: readonly string[]
}

export type Write = (change: Change) => Promise<unknown>

/**
 * Brings the slots of some schedules in a range to what their rosters say. Whoever else does the same waits, so twice is
 * the same as once. Without `write` only the report is made.
 */
export async function generate(
  parts: GenerateParts,
  tx: Transaction,
  ids: readonly string[],
  range: Interval,
  write?: Write,
): Promise<readonly ScheduleReport[]> {
  if (write !== undefined) await tx.lock(ids.map((id) => `slots of Schedule/${id}`))
  const schedules = await loadSchedules(tx, ids)
  const { rosters, resources } = await loadRosters(tx, schedules, parts.timeZone)
  const further = { start: range.start, end: range.end + day }
  const slots = await loadSlots(
    tx,
    rosters.map(({ schedule }) => schedule),
    further,
  )
  const now = parts.clock().getTime()
  const plans = rosters.map((roster) => {
    const existing = slots.get(roster.schedule) ?? []
    const open = roster.active ? openTimes(roster, further).open : []
    return { roster, ...planSlots(cutSlots(roster, further), existing, open, range, now) }
  })
  const appointments = await loadAppointments(
    tx,
    plans.flatMap(({ hit }) => hit),
  )
  if (write !== undefined) {
    const doomed = plans.flatMap(({ remove }) => remove.map(({ id }) => ({ type: 'Slot', id })))
    for (const before of await readAll(tx, doomed))
      await write({ method: 'DELETE', type: 'Slot', id: before.id, before })
    for (const { roster, create } of plans) {
      const schedule = resources.get(roster.schedule)?.resource as Resource
      for (const place of create)
        await write({
          method: 'POST',
          type: 'Slot',
          id: parts.newId(),
          after: buildSlot(roster, schedule, place),
        })
    }
  }
  return plans.map(({ roster, create, remove, kept, hit }) => ({
    schedule: roster.schedule,
    roster,
    created: create.length,
    removed: remove.length,
    kept,
    hit: hit.map((slot) => ({ ...slot, appointments: appointments.get(`Slot/${slot.id}`) ?? [] })),
  }))
}

async function readAll(
  tx: Transaction,
  keys: readonly { type: string; id: string }[],
): Promise<readonly StoredVersion[]> {
  if (keys.length === 0) return []
  return (await tx.readMany(keys)).filter(({ deleted }) => !deleted)
}

/** Who sits in these slots. */
async function loadAppointments(
  tx: Transaction,
  slots: readonly ExistingSlot[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (slots.length === 0) return new Map()
  const references = slots.map(({ id }) => `Slot/${id}`)
  const rows = await tx.query<{ id: string; slots: string[] }>(
    `SELECT id, by_slot AS slots FROM ${tableOf('Appointment')}
     WHERE tenant = $1 AND by_slot && $2 AND by_status IN ('pending', 'booked', 'arrived', 'checked-in') ORDER BY id`,
    [tx.tenant, references],
  )
  const pairs = rows.flatMap(({ id, slots: taken }) =>
    taken.map((slot) => ({ slot, id: `Appointment/${id}` })),
  )
  const bySlot = Map.groupBy(pairs, ({ slot }) => slot)
  return new Map([...bySlot].map(([slot, list]) => [slot, list.map(({ id }) => id)]))
}

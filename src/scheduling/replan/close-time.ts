import { checkPermission } from '#access/check-permission.ts'
import type { Principal } from '#access/principal.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { generatedTag, writeInstant } from '../availability/build-slot.ts'
import type { Interval } from '../availability/interval.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { whoOf } from '../find/fits-wish.ts'
import { extensionOf, extensionsOf, extensionUrls } from '../known-extensions.ts'
import type { Closed } from './find-hits.ts'
import type { ReplanWish } from './replan-wish.ts'
import type { Write } from './write.ts'

/** A week of a large clinic; more in one transaction keeps others waiting. */
const mostSlots = 5_000

/** Who and what is meant, and the schedules that go with them: a person's, a room's, those in a house. */
export async function findClosed(
  tx: Transaction,
  { candidates }: ClinicCalendar,
  actors: readonly string[],
): Promise<Closed> {
  await checkKnown(tx, actors)
  const schedules = [...candidates.values()].filter(({ roster, of }) => {
    const named = [...of.services, ...of.locations, ...of.devices].map(({ reference }) => reference)
    return [roster.schedule, ...roster.actors, ...whoOf(of), ...named].some((one) => actors.includes(one))
  })
  return { actors: actors.filter((actor) => /^(?:Practitioner|Location|Device)\//.test(actor)), schedules }
}

async function checkKnown(tx: Transaction, actors: readonly string[]): Promise<void> {
  for (const actor of actors) {
    const [type = '', id = ''] = actor.split('/')
    const found = await tx.query(`SELECT 1 FROM ${tableOf(type)} WHERE tenant = $1 AND id = $2`, [
      tx.tenant,
      id,
    ])
    if (found.length === 0) throw new Refusal('not-found', `There is no ${actor}.`, { expression: 'actor' })
  }
}

/**
 * Where the closure is written: with a place or a machine itself when the caller may change it, so that whoever takes it
 * finds it closed; with the schedules otherwise.
 */
export function closureTargets(
  { actors, schedules }: Closed,
  { actors: asked }: ReplanWish,
  principal: Principal,
): readonly string[] {
  const things = actors.filter((actor) => /^(?:Location|Device)\//.test(actor))
  const itself = (thing: string) =>
    principal.may(thing.split('/')[0] as string, 'u') ||
    !schedules.some(({ roster, of }) => isOf(thing, roster.actors, of.locations))
  const direct = things.filter(itself)
  const covered = direct.length === asked.length
  return [...direct, ...(covered ? [] : schedules.map(({ roster }) => roster.schedule))]
}

function isOf(thing: string, actors: readonly string[], places: readonly { reference: string }[]): boolean {
  return actors.includes(thing) || places.some(({ reference }) => reference === thing)
}

/** Nothing is offered or booked there from now on; said once however often it is asked for. */
export async function writeClosures(
  tx: Transaction,
  targets: readonly string[],
  { range, reason }: ReplanWish,
  timeZone: string,
  principal: Principal,
  write: Write,
): Promise<void> {
  const during = { start: writeInstant(range.start, timeZone), end: writeInstant(range.end, timeZone) }
  const closure = {
    url: extensionUrls.closure,
    extension: [
      { url: 'during', valuePeriod: during },
      ...(reason === undefined ? [] : [{ url: 'reason', valueString: reason }]),
    ],
  }
  const keys = targets.map((target) => ({ type: target.split('/')[0] ?? '', id: target.split('/')[1] ?? '' }))
  for (const { type } of keys) checkPermission(principal, type, 'u')
  for (const before of keys.length === 0 ? [] : await tx.readMany(keys)) {
    const { type, id } = before
    const resource = parseJson(before.text) as Resource & { extension?: readonly object[] }
    if (
      extensionsOf(resource, extensionUrls.closure).some((one) =>
        isDuring(extensionOf(one, 'during')?.valuePeriod, range),
      )
    )
      continue
    const after = { ...resource, extension: [...(resource.extension ?? []), closure] }
    await write({ method: 'PUT', type, id, before, after })
  }
}

function isDuring(period: unknown, { start, end }: Interval): boolean {
  const { start: from, end: to } = (period ?? {}) as { start?: string; end?: string }
  return Date.parse(String(from)) === start && Date.parse(String(to)) === end
}

/**
 * What is free there is taken out of the searches: generated slots go, as the generator would have it, and come again when the
 * closure is taken back; what people made is closed.
 */
export async function closeSlots(
  tx: Transaction,
  { schedules }: Closed,
  range: Interval,
  write: Write,
): Promise<number> {
  const rows = await tx.query<{ id: string; generated: boolean }>(
    `SELECT id, coalesce(by__tag @> $5, false) AS generated FROM ${tableOf('Slot')}
     WHERE tenant = $1 AND by_schedule = ANY($2) AND by_status = 'free' AND by_start_start > $3::timestamptz - interval '7 days'
       AND by_start_start < $4 AND by_end_start > $3 ORDER BY id LIMIT ${mostSlots + 1}`,
    [
      tx.tenant,
      schedules.map(({ roster }) => roster.schedule),
      new Date(range.start),
      new Date(range.end),
      [`${generatedTag.system}|${generatedTag.code}`],
    ],
  )
  if (rows.length > mostSlots)
    throw new Refusal('too-costly', `More than ${mostSlots} free slots lie there: close less at once.`, {
      expression: ['start', 'end'],
    })
  const generated = new Set(rows.filter((row) => row.generated).map(({ id }) => id))
  const versions = rows.length === 0 ? [] : await tx.readMany(rows.map(({ id }) => ({ type: 'Slot', id })))
  for (const before of versions) {
    const { type, id } = before
    if (generated.has(id)) await write({ method: 'DELETE', type, id, before })
    else {
      const after = { ...(parseJson(before.text) as Resource), status: 'busy-unavailable' }
      await write({ method: 'PUT', type, id, before, after })
    }
  }
  return versions.length
}

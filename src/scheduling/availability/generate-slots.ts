import { checkPermission } from '#access/check-permission.ts'
import { dateRange } from '#fhir/partial-date.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { type GenerateParts, generate, type ScheduleReport } from './generate.ts'
import type { Interval } from './interval.ts'
import { loadSchedules } from './load-rosters.ts'
import { slotReport } from './slot-report.ts'

const day = 86_400_000
/** A transaction's worth: some two thousand slots of four clinicians. */
const schedulesAtOnce = 4
const daysAtOnce = 28
/** Longer than any planning horizon; a slip of the pen in the year must not fill a disk. */
const mostDays = 400
const usualDays = 28
const mostSchedules = 1_000

/** `Schedule/$generate-slots`: docs/api/generate-slots.md */
export function createGenerateSlots(parts: GenerateParts): Operation {
  return {
    definition: loadOperationDefinition('schedule-generate-slots'),
    invoke: (call) => generateSlots(parts, call),
  }
}

async function generateSlots(parts: GenerateParts, call: OperationCall): Promise<FhirResponse> {
  const { principal, parameters } = call
  const dryRun = parameters.get('dryRun')?.[0] === true
  checkPermission(principal, 'Schedule', 'r')
  if (!dryRun) for (const permission of ['c', 'd'] as const) checkPermission(principal, 'Slot', permission)
  const range = readRange(parts, parameters)
  const ids = await findSchedules(call)
  const reports: ScheduleReport[] = []
  for (const some of chunks(ids, schedulesAtOnce))
    for (const window of windows(range))
      reports.push(...(await generateSome(parts, call, some, window, dryRun)))
  return { status: 200, body: JSON.stringify(slotReport(reports, range, dryRun)) }
}

function generateSome(
  parts: GenerateParts,
  { store, road, request, principal }: OperationCall,
  ids: readonly string[],
  range: Interval,
  dryRun: boolean,
): Promise<readonly ScheduleReport[]> {
  return store.transaction((tx) =>
    generate(
      parts,
      tx,
      ids,
      range,
      dryRun ? undefined : (change) => road.write(change, tx, request, principal),
    ),
  )
}

export function readRange(
  { clock, timeZone }: Pick<GenerateParts, 'clock' | 'timeZone'>,
  parameters: OperationCall['parameters'],
): Interval {
  const start = readTime('start')?.start ?? clock().getTime()
  const last = readTime('end')
  const end = last === undefined ? start + usualDays * day : last.isDay ? last.end : last.start
  if (end <= start)
    throw new Refusal('value', 'The range ends before it begins: "end" must lie after "start".', {
      expression: ['start', 'end'],
    })
  if (end - start > mostDays * day)
    throw new Refusal('too-costly', `The range is longer than ${mostDays} days: ask for less at once.`, {
      expression: 'end',
    })
  return { start, end }

  function readTime(name: string) {
    const text = parameters.get(name)?.[0]
    if (text === undefined) return undefined
    const range = dateRange(String(text), timeZone)
    if (range === undefined)
      throw new Refusal('value', `"${name}" must be a date or a dateTime with its offset.`, {
        expression: name,
      })
    return { ...range, isDay: !String(text).includes('T') }
  }
}

async function findSchedules({ request, parameters, store }: OperationCall): Promise<readonly string[]> {
  const named = parameters.get('schedule')?.map(String) ?? []
  const ids = request.id === undefined ? named.map(idOf) : [request.id]
  const found = await store.transaction((tx) => loadSchedules(tx, ids.length === 0 ? 'all' : ids))
  const known = new Set(found.map(({ reference }) => reference))
  const missing = ids.find((id) => !known.has(`Schedule/${id}`))
  if (missing !== undefined) throw new Refusal('not-found', `There is no Schedule/${missing}.`)
  if (known.size > mostSchedules)
    throw new Refusal(
      'too-costly',
      `There are ${known.size} schedules: name at most ${mostSchedules} of them.`,
      {
        expression: 'schedule',
      },
    )
  return found.map(({ reference }) => reference.slice('Schedule/'.length))
}

function idOf(text: string): string {
  const id = /^(?:Schedule\/)?([A-Za-z0-9.-]{1,64})$/.exec(text)?.[1]
  if (id === undefined)
    throw new Refusal('value', '"schedule" must be a reference such as Schedule/1.', {
      expression: 'schedule',
    })
  return id
}

function* windows({ start, end }: Interval): Iterable<Interval> {
  for (let at = start; at < end; at += daysAtOnce * day)
    yield { start: at, end: Math.min(end, at + daysAtOnce * day) }
}

function* chunks<T>(list: readonly T[], size: number): Iterable<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size)
}

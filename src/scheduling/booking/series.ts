import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { checkSaid } from '#interaction/check-said.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Transaction } from '#store/store.ts'
import { shownText } from './answers.ts'
import { asBooked } from './appointment-edits.ts'
import { checkToCome, forPatients, store } from './booking-call.ts'
import { type BookingParts, currentTime } from './booking-parts.ts'
import { once, requestKeyOf } from './repeated-request.ts'

/** A year of weekly visits; longer plans are made when it is known that they are kept. */
const mostVisits = 60

/** `Appointment/$series`: the same visit again and again, at the same time by the clinic's clocks. */
export function createSeries(parts: BookingParts): Operation {
  return {
    definition: loadOperationDefinition('appointment-series'),
    invoke: (call) => bookSeries(parts, call),
  }
}

async function bookSeries(parts: BookingParts, call: OperationCall): Promise<FhirResponse> {
  const visits = planVisits(parts, call)
  const bookOne = async (tx: Transaction, visit: Resource, at: number) =>
    once(tx, requestKeyOf(call, ` ${at}`), async () => {
      checkToCome(visit, await currentTime(tx))
      return store(parts, call, tx, asBooked(forPatients(parts, call, await withSlot(tx, visit))))
    })
  if (call.parameters.get('best-effort')?.[0] !== true) {
    const booked = await parts.transact(call, async (tx) => {
      const all: StoredVersion[] = []
      for (const [at, visit] of visits.entries()) all.push(await bookOne(tx, visit, at))
      return all
    })
    return answer(call, booked, [])
  }
  const booked: StoredVersion[] = []
  const issues: Issue[] = []
  for (const [at, visit] of visits.entries())
    try {
      booked.push(await parts.transact(call, (tx) => bookOne(tx, visit, at)))
    } catch (failure) {
      if (!(failure instanceof Refusal) || failure.status >= 500) throw failure
      issues.push(
        ...failure.issues.map((issue) => ({
          ...issue,
          diagnostics: `Visit ${at + 1}, ${visit.start}: ${issue.diagnostics}`,
        })),
      )
    }
  return answer(call, booked, issues)
}

/** By the wall clock: Tuesdays at nine stay at nine when the clocks change; how long a visit lasts does not change. */
function planVisits(
  { settings, newId }: BookingParts,
  { parameters, principal }: OperationCall,
): readonly Resource[] {
  const [template] = (parameters.get('appointment-resource') ?? []) as [Resource]
  checkSaid(principal, 'Appointment', template)
  const { id: _, meta: __, ...first } = template
  const count = parameters.get('count')?.[0] as number
  const everyDays = (parameters.get('every-days')?.[0] as number | undefined) ?? 7
  if (count < 1 || count > mostVisits)
    throw new Refusal('value', `A course has from 1 to ${mostVisits} visits.`, { expression: 'count' })
  if (everyDays < 1 || everyDays > 366)
    throw new Refusal('value', 'Visits are from 1 to 366 days apart.', { expression: 'every-days' })
  const [start, end] = [Date.parse(String(first.start)), Date.parse(String(first.end))]
  if (!(end > start))
    throw new Refusal('required', 'The first visit needs its start and end.', {
      expression: 'Appointment.start',
    })
  const begins = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(settings.timeZone)
  const identifier = [
    ...((first.identifier ?? []) as object[]),
    { system: 'https://almanac.example/series', value: newId() },
  ]
  return Array.from({ length: count }, (_, at) => {
    const from = begins.add({ days: at * everyDays }).epochMilliseconds
    const instant = (time: number) =>
      Temporal.Instant.fromEpochMilliseconds(time).toString({
        timeZone: settings.timeZone,
        smallestUnit: 'second',
      })
    return {
      ...first,
      resourceType: 'Appointment',
      identifier,
      start: instant(from),
      end: instant(from + end - start),
    }
  })
}

/** The slots of the same schedules at the visit's own time; a visit without slots takes none. */
async function withSlot(tx: Transaction, visit: Resource): Promise<Resource> {
  const named = ((visit.slot ?? []) as { reference?: string }[]).flatMap(
    ({ reference }) => reference?.slice(5) ?? [],
  )
  if (named.length === 0) return visit
  const found = await tx.query<{ id: string; schedule: string }>(
    `select distinct on (s.by_schedule) s.id, s.by_schedule as schedule from slot s
     where s.tenant = current_setting('almanac.tenant') and s.by_start_start = $2
       and s.by_schedule in (select n.by_schedule from slot n where n.tenant = s.tenant and n.id = any($1))
     order by s.by_schedule, s.by_status = 'free' desc, s.id`,
    [named, new Date(String(visit.start))],
  )
  if (found.length === 0)
    throw new Refusal('conflict', `There is no slot at ${visit.start}.`, { expression: 'Appointment.slot' })
  return { ...visit, slot: found.map(({ id }) => ({ reference: `Slot/${id}` })) }
}

function answer(
  call: OperationCall,
  booked: readonly StoredVersion[],
  issues: readonly Issue[],
): FhirResponse {
  const { request } = call
  const told: Issue[] = [
    { severity: 'information', code: 'informational', diagnostics: `${booked.length} visits are booked.` },
    ...issues,
  ]
  const entries = [
    ...booked.map(
      (one) =>
        `{"fullUrl":${JSON.stringify(`${request.base}/Appointment/${one.id}`)},"resource":${shownText(call, one)}}`,
    ),
    `{"resource":${JSON.stringify(buildOperationOutcome(told))}}`,
  ]
  return { status: 200, body: `{"resourceType":"Bundle","type":"collection","entry":[${entries.join(',')}]}` }
}

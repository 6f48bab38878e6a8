import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Transaction } from '#store/store.ts'
import { channel } from '../find/clinic-calendar.ts'
import type { BusySource } from './busy-source.ts'
import { type ExternalCalendar, loadCalendars } from './calendar-rows.ts'
import { ageOf } from './external-busy.ts'
import { mailboxOf } from './mailbox.ts'

export interface ExternalCalendarParts {
  readonly sources: readonly BusySource[]
  readonly newId: () => string
  readonly clock: () => Date
  /** How old an answer may be before the clinic's choice counts. */
  readonly staleMinutes: number
}

/** Of one person, room or device. */
const mostCalendars = 5
const choices: readonly string[] = ['keep', 'busy', 'free']

/** `[Practitioner, Location or Device]/[id]/$external-calendar` and its like: docs/api/external-calendars.md */
export function createExternalCalendars(parts: ExternalCalendarParts): readonly Operation[] {
  return [
    { definition: loadOperationDefinition('external-calendar'), invoke: (call) => add(parts, call) },
    { definition: loadOperationDefinition('external-calendars'), invoke: (call) => list(parts, call) },
    {
      definition: loadOperationDefinition('remove-external-calendar'),
      invoke: (call) => remove(parts, call),
    },
  ]
}

async function add(parts: ExternalCalendarParts, call: OperationCall): Promise<FhirResponse> {
  const { parameters, store, principal } = call
  const actor = await knownActor(call)
  const address = String(parameters.get('address')?.[0])
  const kind = String(parameters.get('kind')?.[0] ?? 'ics')
  const whenStale = String(parameters.get('when-stale')?.[0] ?? 'keep')
  const source = parts.sources.find((one) => one.kind === kind)
  if (source === undefined)
    throw new Refusal('value', `"kind" is one of: ${parts.sources.map((one) => one.kind).join(', ')}.`, {
      expression: 'kind',
    })
  if (!choices.includes(whenStale))
    throw new Refusal('value', `"when-stale" is one of: ${choices.join(', ')}.`, { expression: 'when-stale' })
  const fault = source.faultOf(address, principal.tenant) ?? (await faultOfMailbox(call, actor, address))
  if (fault !== undefined) throw new Refusal('value', fault, { expression: 'address' })
  const id = parts.newId()
  await store.transaction(async (tx) => {
    await tx.lock([`external calendars of ${actor}`])
    if ((await loadCalendars(tx, [actor])).length >= mostCalendars)
      throw new Refusal('throttled', `${actor} has ${mostCalendars} external calendars: remove one first.`)
    await tx.query(
      `INSERT INTO external_calendar (tenant, id, actor, kind, address, when_stale, stale_minutes, due)
       VALUES ($1, $2, $3, $4, $5, $6, $7, almanac_now())`,
      [tx.tenant, id, actor, kind, address, whenStale, parts.staleMinutes],
    )
    await tell(tx)
  })
  return answer([{ name: 'id', valueString: id }])
}

async function list(parts: ExternalCalendarParts, call: OperationCall): Promise<FhirResponse> {
  const actor = await knownActor(call)
  const calendars = await call.store.transaction((tx) => loadCalendars(tx, [actor]))
  return answer(calendars.map((one) => ({ name: 'calendar', part: describe(one, parts.clock().getTime()) })))
}

/** The address may hold a secret: whose server it is, is enough to know it by. */
function describe(calendar: ExternalCalendar, now: number): readonly object[] {
  const { id, kind, address, when_stale, fetched, entries, failures, fault } = calendar
  return [
    { name: 'id', valueString: id },
    { name: 'kind', valueCode: kind },
    { name: 'host', valueString: mailboxOf(address)?.replace(/^.*@/, '') ?? new URL(address).host },
    { name: 'when-stale', valueCode: when_stale },
    { name: 'age', valueString: ageOf(fetched, now) },
    ...(fetched === null ? [] : [{ name: 'fetched', valueInstant: fetched.toISOString() }]),
    { name: 'entries', valueUnsignedInt: entries },
    { name: 'failures', valueUnsignedInt: failures },
    ...(fault === null ? [] : [{ name: 'fault', valueString: fault }]),
  ]
}

async function remove(_: ExternalCalendarParts, call: OperationCall): Promise<FhirResponse> {
  const actor = await knownActor(call)
  const id = String(call.parameters.get('id')?.[0])
  const gone = await call.store.transaction(async (tx) => {
    const deleted = await tx.query(
      'DELETE FROM external_calendar WHERE tenant = $1 AND actor = $2 AND id::text = $3 RETURNING 1',
      [tx.tenant, actor, id],
    )
    await tell(tx)
    return deleted.length
  })
  if (gone === 0)
    throw new Refusal('not-found', `${actor} has no such external calendar.`, { expression: 'id' })
  return answer([{ name: 'removed', valueInteger: gone }])
}

/** The clinic's account may see everybody's mailbox: for oneself, only the one that the clinic knows as one's own. */
async function faultOfMailbox(
  { principal, request, store }: OperationCall,
  actor: string,
  address: string,
): Promise<string | undefined> {
  const mailbox = mailboxOf(address)?.toLowerCase()
  if (mailbox === undefined || principal.fhirUser !== actor) return undefined
  const stored = await store.read(request.type ?? '', request.id ?? '')
  const { telecom = [] } = JSON.parse(stored?.text ?? '{}') as { telecom?: readonly { value?: unknown }[] }
  if (telecom.some(({ value }) => String(value).toLowerCase() === mailbox)) return undefined
  return `The mailbox is none of the e-mail addresses of ${actor}: have the clinic add it.`
}

/** Rosters are kept in memory, and who has other calendars with them. */
async function tell(tx: Transaction): Promise<void> {
  await tx.query('SELECT pg_notify($1, $2)', [channel, tx.tenant])
}

/** For those who keep calendars, and for oneself. */
async function knownActor({ principal, request, store }: OperationCall): Promise<string> {
  const { type = '', id = '' } = request
  const actor = `${type}/${id}`
  checkPermission(principal, type, 'r')
  if (principal.fhirUser !== actor) checkPermission(principal, 'Schedule', 'u')
  const stored = await store.read(type, id)
  if (stored === undefined || stored.deleted) throw new Refusal('not-found', `There is no ${actor}.`)
  return actor
}

function answer(parameter: readonly object[]): FhirResponse {
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}

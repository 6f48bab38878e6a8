import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { readRange } from '../availability/generate-slots.ts'
import type { Interval } from '../availability/interval.ts'
import { calendarText, type Line, utcTime } from './calendar-text.ts'
import { loadOrganizer } from './load-visits.ts'

export interface FreeBusyParts {
  readonly clock: () => Date
  readonly timeZone: string
}

/** R4 names these for the status of a slot: https://hl7.org/fhir/R4/codesystem-slotstatus.html */
const types: Readonly<Record<string, string>> = {
  busy: 'BUSY',
  'busy-tentative': 'BUSY-TENTATIVE',
  'busy-unavailable': 'BUSY-UNAVAILABLE',
}

/** `Schedule/[id]/$freebusy`: when, never who or why; busy time alone, as https://www.rfc-editor.org/rfc/rfc5546#section-3.3.1 wants. */
export function createFreeBusy(parts: FreeBusyParts): Operation {
  return {
    definition: loadOperationDefinition('schedule-freebusy'),
    invoke: (call) => freeBusy(parts, call),
  }
}

async function freeBusy(parts: FreeBusyParts, call: OperationCall): Promise<FhirResponse> {
  const { request, principal, store, parameters } = call
  const { id = '', base } = request
  checkPermission(principal, 'Schedule', 'r')
  checkPermission(principal, 'Slot', 's')
  const stored = await store.read('Schedule', id)
  if (stored === undefined || stored.deleted) throw new Refusal('not-found', `There is no Schedule/${id}.`)
  const range = readRange(parts, parameters)
  const { busy, organizer } = await store.transaction(async (tx) => ({
    busy: await loadBusySlots(tx, `Schedule/${id}`, range),
    organizer: await loadOrganizer(tx),
  }))
  const lines: readonly Line[] = [
    ['BEGIN', 'VFREEBUSY'],
    ['UID', `schedule-${id}@${principal.tenant}.almanac`],
    ['DTSTAMP', utcTime(parts.clock().getTime())],
    ['DTSTART', utcTime(range.start)],
    ['DTEND', utcTime(range.end)],
    [`ORGANIZER;CN="${organizer.replace(/["\r\n]/g, ' ')}"`, base],
    ...joined(busy).map(
      ({ status, start, end }): Line => [
        `FREEBUSY;FBTYPE=${types[status]}`,
        `${utcTime(start)}/${utcTime(end)}`,
      ],
    ),
    ['END', 'VFREEBUSY'],
  ]
  return {
    status: 200,
    contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
    body: calendarText('PUBLISH', [lines]),
  }
}

interface BusySlot extends Interval {
  readonly status: string
}

function loadBusySlots(tx: Transaction, schedule: string, range: Interval): Promise<readonly BusySlot[]> {
  return tx.query<BusySlot>(
    `SELECT by_status AS status, extract(epoch FROM by_start_start)::float8 * 1000 AS start,
       extract(epoch FROM by_end_start)::float8 * 1000 AS end
     FROM ${tableOf('Slot')}
     WHERE tenant = $1 AND by_schedule = $2 AND by_start_start >= $3 AND by_start_start < $4 AND by_status = ANY($5)
     ORDER BY by_start_start, by_end_start`,
    [tx.tenant, schedule, new Date(range.start), new Date(range.end), Object.keys(types)],
  )
}

/** Visits one after the other are one time that is taken: how many they are is nobody's business. */
function joined(slots: readonly BusySlot[]): readonly BusySlot[] {
  const all: BusySlot[] = []
  for (const slot of slots) {
    const last = all.at(-1)
    if (last?.status === slot.status && slot.start <= last.end)
      all[all.length - 1] = { ...last, end: Math.max(last.end, slot.end) }
    else all.push(slot)
  }
  return all
}

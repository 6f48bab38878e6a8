import { checkPermission } from '#access/check-permission.ts'
import { dateRange } from '#fhir/partial-date.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Interval } from '../availability/interval.ts'
import { referenceIn } from '../availability/roster-resource.ts'
import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar, ClinicCalendars } from '../find/clinic-calendar.ts'
import { whoOf } from '../find/fits-wish.ts'
import { resolveReferences } from '../find/resolve-references.ts'
import type { Reason } from '../rules/calendar-reasons.ts'
import { type ExplainParts, explainVisit } from './explain-visit.ts'

export interface ExplainOperationParts extends ExplainParts {
  readonly calendars: ClinicCalendars
}

const minute = 60_000
const usualLength = 30 * minute
const longest = 7 * 24 * 60 * minute
/** One person's calendars; a house's are asked one by one. */
const mostSchedules = 20

/** `Schedule/$explain`: docs/api/explain.md */
export function createExplain(parts: ExplainOperationParts): Operation {
  return {
    definition: loadOperationDefinition('schedule-explain'),
    invoke: (call) => explain(parts, call),
  }
}

async function explain(parts: ExplainOperationParts, call: OperationCall): Promise<FhirResponse> {
  const { principal, store, parameters } = call
  for (const type of ['Schedule', 'Slot']) checkPermission(principal, type, 's')
  const start = readTime(parts, parameters, 'start')
  const answer = await store.transaction(async (tx) => {
    const calendar = await parts.calendars.of(tx)
    const { patients } = await resolveReferences(tx, parameters, principal)
    const answers: object[] = []
    for (const candidate of chosen(calendar, call)) {
      const visit = readVisit(parts, parameters, start, candidate)
      const reasons = await explainVisit(parts, tx, calendar, candidate, visit, patients)
      answers.push(describe(candidate, visit, reasons, principal.patient === undefined))
    }
    return answers
  })
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter: answer }) }
}

function chosen(
  { candidates }: ClinicCalendar,
  { request, parameters }: OperationCall,
): readonly Candidate[] {
  if (request.id !== undefined) {
    const candidate = candidates.get(`Schedule/${request.id}`)
    if (candidate === undefined) throw new Refusal('not-found', `There is no Schedule/${request.id}.`)
    return [candidate]
  }
  const actor = referenceIn(parameters.get('actor')?.[0])
  if (actor === undefined)
    throw new Refusal(
      'required',
      '"actor" says whose time it is about: Practitioner/1, or ask Schedule/[id]/$explain.',
      {
        expression: 'actor',
      },
    )
  const found = [...candidates.values()].filter(
    ({ of, roster }) => roster.actors.includes(actor) || whoOf(of).includes(actor),
  )
  if (found.length === 0)
    throw new Refusal('not-found', `${actor} has no Schedule here.`, { expression: 'actor' })
  if (found.length > mostSchedules)
    throw new Refusal(
      'too-costly',
      `${actor} has ${found.length} schedules: ask Schedule/[id]/$explain for one.`,
    )
  return found
}

function readVisit(
  parts: ExplainOperationParts,
  parameters: OperationCall['parameters'],
  start: number,
  { roster }: Candidate,
): Interval {
  const end =
    parameters.get('end') === undefined
      ? start + (roster.cutting?.length ?? usualLength)
      : readTime(parts, parameters, 'end')
  if (end <= start)
    throw new Refusal('value', 'The visit ends before it begins: "end" must lie after "start".', {
      expression: ['start', 'end'],
    })
  if (end - start > longest)
    throw new Refusal('too-costly', 'A visit lasts seven days at most.', { expression: 'end' })
  return { start, end }
}

function readTime(
  { timeZone }: Pick<ExplainParts, 'timeZone'>,
  parameters: OperationCall['parameters'],
  name: string,
): number {
  const text = String(parameters.get(name)?.[0])
  const range = text.includes('T') ? dateRange(text, timeZone) : undefined
  if (range !== undefined) return range.start
  throw new Refusal('value', `"${name}" must be a time with its offset: 2026-03-29T09:00:00+02:00.`, {
    expression: name,
  })
}

function describe(
  { roster }: Candidate,
  { start, end }: Interval,
  reasons: readonly Reason[],
  toStaff: boolean,
): object {
  return {
    name: 'schedule',
    part: [
      { name: 'reference', valueReference: { reference: roster.schedule } },
      { name: 'start', valueInstant: new Date(start).toISOString() },
      { name: 'end', valueInstant: new Date(end).toISOString() },
      { name: 'offered', valueBoolean: reasons.length === 0 },
      ...reasons.map(({ rule, source, sentence, severity, overridableBy, detail }) => ({
        name: 'reason',
        part: [
          { name: 'rule', valueString: rule },
          { name: 'source', valueReference: { reference: source } },
          { name: 'sentence', valueString: sentence },
          { name: 'severity', valueCode: severity },
          ...overridableBy.map((role) => ({ name: 'overridableBy', valueCode: role })),
          // Why somebody is absent is nobody's business but the clinic's.
          ...(toStaff && detail !== undefined ? [{ name: 'detail', valueString: detail }] : []),
        ],
      })),
    ],
  }
}

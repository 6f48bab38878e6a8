import type { Resource } from '#fhir/resource.ts'
import { writeInstant } from './build-slot.ts'
import type { ScheduleReport } from './generate.ts'
import type { Interval } from './interval.ts'

/** More than a person would telephone through. */
const mostHits = 1_000

/** The answer of $generate-slots, one part a schedule however many batches it took. */
export function slotReport(reports: readonly ScheduleReport[], range: Interval, dryRun: boolean): Resource {
  const schedules = Map.groupBy(reports, ({ schedule }) => schedule)
  const total = (count: (report: ScheduleReport) => number) =>
    reports.reduce((sum, one) => sum + count(one), 0)
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueInstant: new Date(range.start).toISOString() },
      { name: 'end', valueInstant: new Date(range.end).toISOString() },
      { name: 'dryRun', valueBoolean: dryRun },
      { name: 'created', valueInteger: total(({ created }) => created) },
      { name: 'removed', valueInteger: total(({ removed }) => removed) },
      { name: 'hit', valueInteger: total(({ hit }) => hit.length) },
      ...[...schedules.values()].map((ofOne) => ({ name: 'schedule', part: describe(ofOne) })),
    ],
  }
}

function describe(reports: readonly ScheduleReport[]): readonly object[] {
  const { schedule = '', roster } = reports[0] ?? {}
  const total = (count: (report: ScheduleReport) => number) =>
    reports.reduce((sum, one) => sum + count(one), 0)
  const hits = reports.flatMap(({ hit }) => hit).slice(0, mostHits)
  return [
    { name: 'reference', valueReference: { reference: schedule } },
    { name: 'created', valueInteger: total(({ created }) => created) },
    { name: 'removed', valueInteger: total(({ removed }) => removed) },
    { name: 'kept', valueInteger: total(({ kept }) => kept) },
    ...hits.map(({ id, start, appointments }) => ({
      name: 'hit',
      part: [
        { name: 'slot', valueReference: { reference: `Slot/${id}` } },
        { name: 'start', valueInstant: writeInstant(start, roster?.timeZone ?? 'UTC') },
        ...appointments.map((reference) => ({ name: 'appointment', valueReference: { reference } })),
      ],
    })),
    ...(roster?.problems ?? []).map(({ source, sentence }) => ({
      name: 'problem',
      part: [
        { name: 'source', valueReference: { reference: source } },
        { name: 'sentence', valueString: sentence },
      ],
    })),
  ]
}

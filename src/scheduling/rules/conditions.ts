import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { BookingFacts } from './booking-facts.ts'
import type { BookingRule } from './booking-rule.ts'

export interface ConditionParts {
  /** Reads a FHIRPath expression once; its evaluations are limited in time and throw when they exceed it. */
  readonly compileCondition: (expression: string) => (variables: Readonly<Record<string, unknown>>) => boolean
}

/** A patient's visits that a rule may look back on. */
const longestHistory = 100

/**
 * What FHIRPath conditions see: %appointment, %patient, %slot, %schedule and %history (the patient's other appointments,
 * newest first). What no rule mentions is not loaded.
 */
export async function createConditions(
  { compileCondition }: ConditionParts,
  tx: Transaction,
  rules: readonly BookingRule[],
  patients: readonly string[],
): Promise<(expression: string, booking: BookingFacts) => boolean> {
  const text = rules.map(({ demand }) => (demand.kind === 'expression' ? demand.expression : '')).join('\n')
  const ids = patients.map((patient) => patient.slice('Patient/'.length))
  const known = text.includes('%patient') && ids.length > 0 ? await loadPatients(tx, ids) : []
  const visits = text.includes('%history') && ids.length > 0 ? await loadHistory(tx, patients) : []
  const ofPatient = Map.groupBy(visits, ({ patient }) => patient)
  return (expression, booking) =>
    compileCondition(expression)({
      appointment: booking.appointment,
      patient: known.filter(({ id }) => booking.patients.includes(`Patient/${id}`)),
      slot: booking.candidates.map(({ roster, of }) => ({
        resourceType: 'Slot',
        schedule: { reference: roster.schedule },
        serviceType: of.schedule.resource.serviceType ?? [],
        status: 'free',
        start: booking.appointment.start,
        end: booking.appointment.end,
      })),
      schedule: booking.candidates.map(({ of }) => of.schedule.resource),
      history: historyOf(booking, ofPatient),
    })
}

async function loadPatients(tx: Transaction, ids: readonly string[]): Promise<readonly Resource[]> {
  const rows = await tx.query<{ content: Resource }>(
    `SELECT content FROM ${tableOf('Patient')} WHERE tenant = $1 AND id = ANY($2)`,
    [tx.tenant, ids],
  )
  return rows.map(({ content }) => content)
}

interface PastVisit {
  readonly patient: string
  readonly content: Resource
}

/** A visit of two of its patients is looked back on once. */
function historyOf(
  { id, patients }: BookingFacts,
  ofPatient: ReadonlyMap<string, readonly PastVisit[]>,
): readonly Resource[] {
  const all = patients.flatMap((patient) => ofPatient.get(patient) ?? [])
  const visits = new Map(all.map(({ content }) => [content.id, content]))
  return [...visits.values()].filter((visit) => visit.id !== id)
}

async function loadHistory(tx: Transaction, patients: readonly string[]): Promise<readonly PastVisit[]> {
  return tx.query<PastVisit>(
    `SELECT p.patient, a.content FROM unnest($2::text[]) AS p(patient), LATERAL (
       SELECT content, by_date_start FROM ${tableOf('Appointment')}
       WHERE tenant = $1 AND by_patient && ARRAY[p.patient]
       ORDER BY by_date_start DESC NULLS LAST LIMIT ${longestHistory}) AS a
     ORDER BY a.by_date_start DESC NULLS LAST`,
    [tx.tenant, patients],
  )
}

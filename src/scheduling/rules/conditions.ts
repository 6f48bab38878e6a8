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
  const patient = text.includes('%patient') && ids.length > 0 ? await loadPatients(tx, ids) : []
  const history = text.includes('%history') && ids.length > 0 ? await loadHistory(tx, patients) : []
  return (expression, booking) =>
    compileCondition(expression)({
      appointment: booking.appointment,
      patient,
      slot: booking.candidates.map(({ roster, of }) => ({
        resourceType: 'Slot',
        schedule: { reference: roster.schedule },
        serviceType: of.schedule.resource.serviceType ?? [],
        status: 'free',
        start: booking.appointment.start,
        end: booking.appointment.end,
      })),
      schedule: booking.candidates.map(({ of }) => of.schedule.resource),
      history: history.filter(({ id }) => id !== booking.id),
    })
}

async function loadPatients(tx: Transaction, ids: readonly string[]): Promise<readonly Resource[]> {
  const rows = await tx.query<{ content: Resource }>(
    `SELECT content FROM ${tableOf('Patient')} WHERE tenant = $1 AND id = ANY($2)`,
    [tx.tenant, ids],
  )
  return rows.map(({ content }) => content)
}

async function loadHistory(tx: Transaction, patients: readonly string[]): Promise<readonly Resource[]> {
  const rows = await tx.query<{ content: Resource }>(
    `SELECT content FROM ${tableOf('Appointment')} WHERE tenant = $1 AND by_patient && $2
     ORDER BY by_date_start DESC NULLS LAST LIMIT ${longestHistory}`,
    [tx.tenant, patients],
  )
  return rows.map(({ content }) => content)
}

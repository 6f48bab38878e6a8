import type { Principal } from '#access/principal.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Hit } from './find-hits.ts'
import type { Unplaced } from './make-plan.ts'
import type { ReplanWish } from './replan-wish.ts'
import type { Write } from './write.ts'

export const taskKinds = 'https://almanac.example/fhir/CodeSystem/task-kinds'

export interface WorklistParts {
  readonly clock: () => Date
  readonly newId: () => string
}

/** A Task for each whom somebody must call: docs/decisions/0023-replanning.md. Answers with the tasks by appointment. */
export async function keepWorklist(
  { clock, newId }: WorklistParts,
  tx: Transaction,
  unplaced: readonly Unplaced[],
  { reason }: ReplanWish,
  { fhirUser }: Principal,
  plan: string,
  write: Write,
): Promise<ReadonlyMap<string, string>> {
  const tasks = new Map(
    await loadOpen(
      tx,
      unplaced.map(({ hit }) => hit),
    ),
  )
  for (const { hit, why } of unplaced) {
    if (tasks.has(hit.id)) continue
    const id = newId()
    const [patient] = hit.patients
    const after = {
      resourceType: 'Task',
      groupIdentifier: { system: 'https://almanac.example/replan', value: plan },
      status: 'requested',
      intent: 'order',
      code: { coding: [{ system: taskKinds, code: 'replan' }], text: 'Find another time' },
      description: why,
      focus: { reference: `Appointment/${hit.id}` },
      ...(patient !== undefined && { for: { reference: patient } }),
      authoredOn: clock().toISOString(),
      ...(fhirUser !== undefined && { requester: { reference: fhirUser } }),
      ...(reason !== undefined && { reasonCode: { text: reason } }),
    }
    await write({ method: 'POST', type: 'Task', id, after })
    tasks.set(hit.id, id)
  }
  return tasks
}

/** Whoever is on the list already is not listed twice. */
async function loadOpen(
  tx: Transaction,
  hits: readonly Hit[],
): Promise<readonly (readonly [appointment: string, task: string])[]> {
  if (hits.length === 0) return []
  const rows = await tx.query<{ focus: string; id: string }>(
    `SELECT by_focus AS focus, id FROM ${tableOf('Task')}
     WHERE tenant = $1 AND by_focus = ANY($2) AND by_code @> ARRAY[$3] AND by_status NOT IN ('completed', 'cancelled', 'rejected', 'failed', 'entered-in-error')`,
    [tx.tenant, hits.map(({ id }) => `Appointment/${id}`), `${taskKinds}|replan`],
  )
  return rows.map(({ focus, id }) => [focus.slice('Appointment/'.length), id])
}

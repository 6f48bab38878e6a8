import type { StoredVersion } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'

const taskKinds = 'https://almanac.example/fhir/CodeSystem/task-kinds'

/** An appointment that somebody must call about. */
export interface Left {
  readonly id: string
  readonly patient?: string
  readonly why: string
}

export interface WorklistParts {
  readonly clock: () => Date
  readonly newId: () => string
  readonly write: (change: Change) => Promise<StoredVersion>
  /** What is to be done; when absent, another time is to be found. */
  readonly kind?: { readonly code: string; readonly text: string }
}

const findTime = { code: 'replan', text: 'Find another time' }

export interface WorklistReason {
  readonly requester?: string
  readonly text?: string
  /** What they have in common: a plan. */
  readonly group?: string
}

/** A Task for each: docs/decisions/0025-replanning.md. Answers with the tasks by appointment. */
export async function keepWorklist(
  { clock, newId, write, kind = findTime }: WorklistParts,
  tx: Transaction,
  left: readonly Left[],
  { requester, text, group }: WorklistReason,
): Promise<ReadonlyMap<string, string>> {
  const tasks = new Map(await loadOpen(tx, left, kind.code))
  for (const { id: appointment, patient, why } of left) {
    if (tasks.has(appointment)) continue
    const id = newId()
    const after = {
      resourceType: 'Task',
      ...(group !== undefined && {
        groupIdentifier: { system: 'https://almanac.example/replan', value: group },
      }),
      status: 'requested',
      intent: 'order',
      code: { coding: [{ system: taskKinds, code: kind.code }], text: kind.text },
      description: why,
      focus: { reference: `Appointment/${appointment}` },
      ...(patient !== undefined && { for: { reference: patient } }),
      authoredOn: clock().toISOString(),
      ...(requester !== undefined && { requester: { reference: requester } }),
      ...(text !== undefined && { reasonCode: { text } }),
    }
    await write({ method: 'POST', type: 'Task', id, after })
    tasks.set(appointment, id)
  }
  return tasks
}

/** Whoever is on the list already is not listed twice. */
async function loadOpen(
  tx: Transaction,
  left: readonly Left[],
  code: string,
): Promise<readonly (readonly [appointment: string, task: string])[]> {
  if (left.length === 0) return []
  const rows = await tx.query<{ focus: string; id: string }>(
    `SELECT by_focus AS focus, id FROM ${tableOf('Task')}
     WHERE tenant = $1 AND by_focus = ANY($2) AND by_code @> ARRAY[$3]
       AND by_status NOT IN ('completed', 'cancelled', 'rejected', 'failed', 'entered-in-error')`,
    [tx.tenant, left.map(({ id }) => `Appointment/${id}`), `${taskKinds}|${code}`],
  )
  return rows.map(({ focus, id }) => [focus.slice('Appointment/'.length), id])
}

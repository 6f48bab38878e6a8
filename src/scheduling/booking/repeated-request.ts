import { createHash } from 'node:crypto'
import { Refusal } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { OperationCall } from '#interaction/operation.ts'
import type { Transaction } from '#store/store.ts'

/** A client's name for its request, and what was asked with it. */
export interface RequestKey {
  readonly client: string
  readonly key: string
  /** Undefined: whatever was asked, it is the same. */
  readonly asked?: string
}

/** How it is asked may differ: a course is the same, whole or in part. */
const notAsked: ReadonlySet<string> = new Set(['client-key', 'best-effort', 'count'])

/** By the `client-key` of a call, which may name one of several things that it asks for. */
export function requestKeyOf(call: OperationCall, part = ''): RequestKey | undefined {
  const { parameters, principal, request } = call
  const key = parameters.get('client-key')?.[0]
  if (key === undefined) return undefined
  const said = [...parameters]
    .filter(([name]) => !notAsked.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const asked = createHash('sha256')
    .update(JSON.stringify([request.operation, request.id ?? null, said], inOrder))
    .digest('base64url')
  return { client: principal.clientId, key: `${key}${part}`, asked }
}

/** The order in which a client writes an object's members means nothing. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * The same request of one client is carried out once: whoever sends it again gets what it made. Two at once wait for
 * each other.
 */
export async function once(
  tx: Transaction,
  request: RequestKey | undefined,
  work: () => Promise<StoredVersion>,
): Promise<StoredVersion> {
  if (request === undefined) return work()
  const { client, key, asked = null } = request
  await tx.lock([`booking request ${client} ${key}`])
  const [made] = await tx.query<{ appointment: string; asked: string | null }>(
    `select appointment, asked from booking_request where tenant = current_setting('almanac.tenant') and client = $1 and key = $2`,
    [client, key],
  )
  const again = made && (await tx.read('Appointment', made.appointment))
  if (made !== undefined && again !== undefined && !again.deleted) {
    if (asked === null || made.asked === null || asked === made.asked) return again
    throw new Refusal(
      'unprocessable',
      'This client-key came with another request before: send that one unchanged, or this one with a key of its own.',
      { expression: 'client-key' },
    )
  }
  const stored = await work()
  await tx.query(
    `insert into booking_request (tenant, client, key, appointment, asked) values (current_setting('almanac.tenant'), $1, $2, $3, $4)
     on conflict (tenant, client, key) do nothing`,
    [client, key, stored.id, asked],
  )
  return stored
}

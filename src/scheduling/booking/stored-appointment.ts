import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { matchesVersion, parseEtags } from '#interaction/etag.ts'
import type { FhirRequest } from '#interaction/exchange.ts'
import type { Transaction } from '#store/store.ts'

export interface StoredAppointment {
  readonly before: StoredVersion
  readonly appointment: Resource
}

/** What the caller may change; anything else is not there for them. */
export async function loadAppointment(
  tx: Transaction,
  id: string,
  { headers }: Pick<FhirRequest, 'headers'>,
): Promise<StoredAppointment> {
  const stored = await findAppointment(tx, id)
  if (stored === undefined) throw new Refusal('not-found', `There is no Appointment/${id}.`)
  const { version } = stored.before
  const { ifMatch } = headers
  if (ifMatch !== undefined && !matchesVersion(parseEtags(ifMatch, 'If-Match'), version))
    throw new Refusal('version-conflict', `Appointment/${id} has changed: its version is ${version}.`, {
      expression: 'http.If-Match',
    })
  return stored
}

export async function findAppointment(tx: Transaction, id: string): Promise<StoredAppointment | undefined> {
  const before = await tx.read('Appointment', id)
  if (before === undefined || before.deleted) return undefined
  return { before, appointment: parseJson(before.text) as Resource }
}

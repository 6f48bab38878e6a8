import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { buildProvenance } from './build-provenance.ts'
import { planChange } from './plan-change.ts'
import type { Walk } from './walk.ts'
import { writeRow } from './write-rows.ts'

/** Where the new version comes from, in the same transaction: as its writer says, else as far as the server knows. */
export function writeProvenance(walk: Walk): void | Promise<void> {
  const { provenance, written, tx, parts } = walk
  if (written === undefined || tx === undefined) return
  if (provenance !== undefined) return writeSent(walk, provenance, written)
  const after = buildProvenance(walk, written)
  if (after === undefined) return
  writeRow(planChange(parts, { method: 'POST', type: 'Provenance', id: parts.newId(), after }), tx, 'server')
}

/** A create like any other: checked, recorded, and refused together with what it tells of. */
async function writeSent(walk: Walk, provenance: Resource, written: StoredVersion): Promise<void> {
  const { tx, road, principal, request } = walk
  if (tx === undefined) return
  const { type, id, version } = written
  const { base, requestId, headers } = request
  const target = [{ reference: `${type}/${id}/_history/${version}` }]
  await road.step(
    {
      ...{ base, requestId, interaction: 'create', method: 'POST', type: 'Provenance', query: [] },
      body: { mediaType: 'application/fhir+json', json: { ...provenance, target } },
      headers: headers.address === undefined ? {} : { address: headers.address },
    },
    principal,
    { tx },
  )
}

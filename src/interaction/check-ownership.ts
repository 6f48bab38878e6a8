import { Refusal } from '#fhir/refusal.ts'
import type { Walk } from './walk.ts'

/** Nobody writes into a compartment that is not theirs: the new version must exist for the caller who made it. */
export async function checkOwnership({ request, principal, written, tx }: Walk): Promise<void> {
  if (written === undefined || tx === undefined) return
  const viewer = principal.ownershipFor(request.interaction === 'create' ? 'c' : 'u')
  if (viewer.visible(written.type) === 'all') return
  if ((await tx.as(viewer).read(written.type, written.id)) === undefined) {
    throw new Refusal('forbidden', `You may not write ${written.type}/${written.id}.`)
  }
}

import { Refusal } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import { viewerOf } from './authorise.ts'
import type { Walk } from './walk.ts'

/** The version that the write starts from. A conditional interaction has found it already. */
export async function loadCurrent(walk: Walk): Promise<void> {
  const { request, principal, within } = walk
  const { type } = request
  const { id } = walk
  if (type === undefined || id === undefined || walk.current !== undefined) return
  const key = `${type}/${id}`
  const current = within?.current?.has(key) ? within.current.get(key) : await walk.reads.read(type, id)
  const seesAll = viewerOf(principal, request.interaction).visible(type) === 'all'
  const mayTell = !seesAll && request.interaction === 'update' && principal.choosesIds
  const found = current ?? (mayTell ? await loadUnseen(walk, type, id) : undefined)
  if (found !== undefined) walk.current = found
  else if (!seesAll && (await mayOnlyRead(walk, type, id))) throw refuseWrite(key)
  else if (!seesAll && request.interaction === 'update' && !principal.choosesIds) throw refuseWrite(key)
  else if (request.interaction === 'patch' || (request.interaction === 'delete' && !seesAll)) {
    throw new Refusal('not-found', `There is no ${key}.`)
  }
  if (found?.deleted === false && walk.criteria !== undefined) {
    throw new Refusal(
      'conflict',
      `${key} exists and does not match the criteria; leave the id out of the body, or update it by its id.`,
    )
  }
  if (found?.deleted === true && request.interaction === 'patch') {
    throw new Refusal('deleted', `${key} was deleted; an update (PUT) would bring it back.`)
  }
}

/** What such a caller cannot see may exist all the same: an update must not overwrite it. */
async function loadUnseen(walk: Walk, type: string, id: string): Promise<StoredVersion | undefined> {
  const { parts, principal } = walk
  const unseen = await parts.database.asSystem(principal.tenant).read(type, id)
  if (unseen === undefined || unseen.deleted) return unseen
  throw refuseWrite(`${type}/${id}`)
}

/** Who sees it is told so; to others it is not there. */
async function mayOnlyRead({ principal, tx }: Walk, type: string, id: string): Promise<boolean> {
  return tx !== undefined && (await tx.as(principal.viewerFor('r')).read(type, id))?.deleted === false
}

function refuseWrite(key: string): Refusal {
  return new Refusal('forbidden', `You may not write ${key}.`)
}

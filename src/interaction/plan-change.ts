import type { StoredVersion } from '#fhir/resource.ts'
import { buildVersion } from './build-version.ts'
import type { PlannedChange, RoadParts, Walk } from './walk.ts'
import type { Change } from './write-rule.ts'

/** Gives the write its place in the resource's history, before the rules are asked. */
export function planChanges(walk: Walk): void {
  const { request, parts, within, current, resource } = walk
  const { type, interaction } = request
  if (type === undefined) return
  if (walk.decided !== undefined) {
    walk.changes = [planChange(parts, walk.decided)]
    return
  }
  if (interaction === 'delete') {
    const targets = walk.matches ?? (current === undefined ? [] : [current])
    walk.changes = targets.filter((target) => !target.deleted).map((target) => planDelete(parts, target))
    return
  }
  if (resource === undefined) return
  walk.id ??= within?.id ?? parts.newId()
  const method = interaction === 'create' ? 'POST' : interaction === 'patch' ? 'PATCH' : 'PUT'
  const change: Change = { method, type, id: walk.id, after: resource, ...(current && { before: current }) }
  walk.changes = [planChange(parts, change)]
}

function planDelete(parts: RoadParts, before: StoredVersion): PlannedChange {
  return planChange(parts, { method: 'DELETE', type: before.type, id: before.id, before })
}

export function planChange(parts: Pick<RoadParts, 'clock'>, change: Change): PlannedChange {
  const { before, after, id } = change
  const version = (before?.version ?? 0) + 1
  const now = parts.clock()
  // A clock that was set back must not make a later version look older.
  const updated = before !== undefined && before.updated > now ? before.updated : now
  if (after === undefined) return { ...change, version, updated }
  return { ...change, version, updated, after: buildVersion(after, id, version, updated) }
}

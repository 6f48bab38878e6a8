import type { Principal } from '#access/principal.ts'
import { applyRules } from './apply-rules.ts'
import { authorise, viewerOf } from './authorise.ts'
import { checkOwnership } from './check-ownership.ts'
import { checkPreconditions } from './check-preconditions.ts'
import { checkTarget } from './check-target.ts'
import type { FhirRequest, FhirResponse, InteractionName } from './exchange.ts'
import { findMatch } from './find-match.ts'
import { history } from './history.ts'
import { loadCurrent } from './load-current.ts'
import { planChanges } from './plan-change.ts'
import { read, vread } from './read.ts'
import { recordAudit, recordRefused } from './record-audit.ts'
import { respond } from './respond.ts'
import { runBundle, runOperation } from './run-parts.ts'
import { search } from './search.ts'
import { validate } from './validate.ts'
import type { Road, RoadParts, Stage, Walk } from './walk.ts'
import { writeRows } from './write-rows.ts'

// biome-ignore format: read across
const R = 'read', V = 'vread', S = 'search', H = 'history', C = 'create', U = 'update', P = 'patch', D = 'delete',
  B = 'bundle', O = 'operation', W = 'write'

// biome-ignore format: read across
const columns = { [R]: [], [V]: [], [S]: [], [H]: [], [C]: [], [U]: [], [P]: [], [D]: [], [B]: [], [O]: [], [W]: [] } as
  Record<'read' | 'vread' | 'search' | 'history' | 'create' | 'update' | 'patch' | 'delete' | 'bundle' | 'operation' | 'write', Stage[]>

type Column = keyof typeof columns

/**
 * Read down a column for all that happens to a request, in this order. Bundles and operations send what they do down
 * this road again; `write` is what an operation has decided to write.
 */
// biome-ignore format: a table
{
  //                      read vread search history create update patch delete bundle operation write
  use(checkTarget,        R,   V,    S,     H,      C,     U,     P,    D,     B,     O)
  use(authorise,          R,   V,    S,     H,      C,     U,     P,    D)
  use(read,               R)
  use(vread,                   V)
  use(search,                        S)
  use(history,                              H)
  use(runBundle,                                                               B)
  use(runOperation,                                                                   O)
  use(findMatch,                                    C,     U,     P,    D)
  use(loadCurrent,                                         U,     P,    D)
  use(checkPreconditions,                                  U,     P,    D)
  use(validate,                                     C,     U,     P,                            W)
  use(planChanges,                                  C,     U,     P,    D,                      W)
  use(applyRules,                                   C,     U,     P,    D,                      W)
  use(writeRows,                                    C,     U,     P,    D,                      W)
  use(checkOwnership,                               C,     U,     P,                            W)
  use(respond,                                      C,     U,     P,    D,                      W)
  use(recordAudit,        R,   V,    S,     H,      C,     U,     P,    D,     B,     O,        W)
}

function use(stage: Stage, ...names: readonly Column[]): void {
  for (const name of names) columns[name].push(stage)
}

// biome-ignore format: read across
const columnOf: Readonly<Record<InteractionName, Column>> = {
  read: R, vread: V, 'search-type': S, 'search-system': S,
  'history-instance': H, 'history-type': H, 'history-system': H,
  create: C, update: U, patch: P, delete: D, batch: B, transaction: B, operation: O,
}

const interactionOf = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const

export function createRoad(parts: RoadParts): Road {
  const road: Road = {
    async interact(request, principal) {
      try {
        return await walkAlone(parts, road, request, principal)
      } catch (failure) {
        await recordRefused(parts, request, principal, failure)
        throw failure
      }
    },

    step(request, principal, within) {
      const reads = within.tx.as(viewerOf(principal, request.interaction))
      return walk(columnOf[request.interaction], {
        parts,
        road,
        request,
        principal,
        reads,
        tx: within.tx,
        within,
        changes: [],
      })
    },

    async write(change, tx, request, principal) {
      const interaction = interactionOf[change.method]
      const { type, id, before } = change
      const decided = { ...request, interaction, method: change.method, type, id }
      const reads = tx.as(viewerOf(principal, interaction))
      const state: Walk = {
        parts,
        road,
        request: decided,
        principal,
        reads,
        tx,
        id,
        decided: change,
        changes: [],
      }
      if (before !== undefined) state.current = before
      await walk(W, state)
      if (state.written === undefined) throw new Error('A decided write wrote nothing')
      return state.written
    },
  }
  return road
}

function walkAlone(
  parts: RoadParts,
  road: Road,
  request: FhirRequest,
  principal: Principal,
): Promise<FhirResponse> {
  const column = columnOf[request.interaction]
  const store = parts.database.openStore(viewerOf(principal, request.interaction))
  const start = { parts, road, request, principal, changes: [] }
  if (column !== C && column !== U && column !== P && column !== D)
    return walk(column, { ...start, reads: store })
  let lostRaces = 0
  return store.transaction(async (tx) => {
    // After a lost race the writers of one resource queue up, or fifty of them would race fifty times.
    if (lostRaces++ > 0 && request.id !== undefined) await tx.lock([`${request.type}/${request.id}`])
    return walk(column, { ...start, reads: tx, tx })
  })
}

async function walk(column: Column, state: Walk): Promise<FhirResponse> {
  for (const stage of columns[column]) {
    // Once there is an answer, all that is left is to record it.
    if (state.response !== undefined && stage !== recordAudit) continue
    const pending = stage(state)
    if (pending !== undefined) await pending
  }
  if (state.response === undefined) throw new Error(`The road gave no answer to ${state.request.interaction}`)
  return state.response
}

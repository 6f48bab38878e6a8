import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Transaction } from '#store/store.ts'
import { applyRules } from './apply-rules.ts'
import { authorise, viewerOf } from './authorise.ts'
import { checkChange } from './check-change.ts'
import { checkForeignEvent } from './check-foreign-event.ts'
import { checkOwnership } from './check-ownership.ts'
import { checkPreconditions } from './check-preconditions.ts'
import { checkProvenance } from './check-provenance.ts'
import { checkTarget } from './check-target.ts'
import type { FhirRequest, FhirResponse, InteractionName } from './exchange.ts'
import { findMatch } from './find-match.ts'
import { history } from './history.ts'
import { warningsOf, withWarnings } from './late-warnings.ts'
import { loadCurrent } from './load-current.ts'
import { planChanges } from './plan-change.ts'
import { read, vread } from './read.ts'
import { recordAudit, recordRefused } from './record-audit.ts'
import { respond } from './respond.ts'
import { runBundle, runOperation } from './run-parts.ts'
import { search } from './search.ts'
import { validate } from './validate.ts'
import type { Road, RoadParts, Stage, Walk } from './walk.ts'
import { writeProvenance } from './write-provenance.ts'
import { writeRows } from './write-rows.ts'

const [R, V, S, H, C, U, P, D, B, O, W] = [
  'read',
  'vread',
  'search',
  'history',
  'create',
  'update',
  'patch',
  'delete',
  'bundle',
  'operation',
  'write',
] as const

type Column =
  | typeof R
  | typeof V
  | typeof S
  | typeof H
  | typeof C
  | typeof U
  | typeof P
  | typeof D
  | typeof B
  | typeof O
  | typeof W

/**
 * Read down a column for all that happens to a request, in this order. Bundles and operations send what they do down
 * this road again; `write` is what an operation has decided to write.
 */
// biome-ignore format: a table
const table: readonly (readonly [Stage, ...Column[]])[] = [
  //                   read vread search history create update patch delete bundle operation write
  [checkTarget,        R,   V,    S,     H,      C,     U,     P,    D,     B,     O],
  [authorise,          R,   V,    S,     H,      C,     U,     P,    D],
  [checkProvenance,                              C,     U,     P,    D,     B,     O],
  [read,               R],
  [vread,                   V],
  [search,                        S],
  [history,                              H],
  [runBundle,                                                               B],
  [runOperation,                                                                   O],
  [findMatch,                                    C,     U,     P,    D],
  [loadCurrent,                                         U,     P,    D],
  [checkPreconditions,                                  U,     P,    D],
  [validate,                                     C,     U,     P,                            W],
  [checkChange,                                  C,     U,     P,                            W],
  [checkForeignEvent,                            C],
  [planChanges,                                  C,     U,     P,    D,                      W],
  [applyRules,                                   C,     U,     P,    D,                      W],
  [writeRows,                                    C,     U,     P,    D,                      W],
  [checkOwnership,                               C,     U,     P,                            W],
  [writeProvenance,                              C,     U,     P,                            W],
  [respond,                                      C,     U,     P,    D,                      W],
  [recordAudit,        R,   V,    S,     H,      C,     U,     P,    D,     B,     O,        W],
]

function column(name: Column): readonly Stage[] {
  return table.filter(([, ...names]) => names.includes(name)).map(([stage]) => stage)
}

const decided = column(W)
const searches = column(S)
const histories = column(H)
const bundles = column(B)

const stagesOf: Readonly<Record<InteractionName, readonly Stage[]>> = {
  read: column(R),
  vread: column(V),
  'search-type': searches,
  'search-system': searches,
  'history-instance': histories,
  'history-type': histories,
  'history-system': histories,
  create: column(C),
  update: column(U),
  patch: column(P),
  delete: column(D),
  batch: bundles,
  transaction: bundles,
  operation: column(O),
}

const interactionOf = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const

export function createRoad(parts: RoadParts): Road {
  const road: Road = {
    async interact(request, principal) {
      const begun: Begun = {}
      try {
        return await walkAlone(parts, road, request, principal, begun)
      } catch (failure) {
        await recordRefused(parts, request, principal, failure, begun.walk)
        if (failure instanceof Refusal) await failure.lookForSuggestion()
        throw failure
      }
    },

    step(request, principal, within) {
      const { tx } = within
      const reads = tx.as(viewerOf(principal, request.interaction))
      const state = { parts, road, request, principal, reads, tx, within, changes: [] }
      return walk(stagesOf[request.interaction], state)
    },

    async write(change, tx, request, principal) {
      const { method, type, id, before } = change
      const interaction = interactionOf[method]
      const reads = tx.as(viewerOf(principal, interaction))
      const state: Walk = {
        ...{ parts, road, principal, reads, tx, id, decided: change, changes: [] },
        ...(before !== undefined && { current: before }),
        request: { ...request, interaction, method, type, id },
      }
      await walk(decided, state)
      if (state.written === undefined) throw new Error('A decided write wrote nothing')
      return state.written
    },
  }
  return road
}

/** What a write had found out when it was refused; of its last try. */
interface Begun {
  walk?: Walk
}

async function walkAlone(
  parts: RoadParts,
  road: Road,
  request: FhirRequest,
  principal: Principal,
  begun: Begun,
): Promise<FhirResponse> {
  const stages = stagesOf[request.interaction]
  const store = parts.database.openStore(viewerOf(principal, request.interaction))
  const start = { parts, road, request, principal, changes: [] }
  if (!stages.includes(writeRows)) return walk(stages, { ...start, reads: store, store })
  let open: Transaction | undefined
  const response = await store.transaction((tx) => {
    open = tx
    begun.walk = { ...start, reads: tx, tx }
    return walk(stages, begun.walk)
  })
  return withWarnings(response, request, warningsOf(open))
}

async function walk(stages: readonly Stage[], state: Walk): Promise<FhirResponse> {
  for (const stage of stages) {
    // Once there is an answer, all that is left is to record it.
    if (state.response !== undefined && stage !== recordAudit) continue
    const pending = stage(state)
    if (pending !== undefined) await pending
  }
  if (state.response === undefined) throw new Error(`No answer to ${state.request.interaction}`)
  return state.response
}

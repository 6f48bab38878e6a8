import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import { viewerOf } from '../authorise.ts'
import { lockKeys } from '../find-matches.ts'
import type { TransactionParts } from './bundle-parts.ts'
import { type LookUp, lookUp } from './look-up.ts'
import type { Step } from './plan-steps.ts'

/** Which resource each step means, now that the database was asked for what the criteria match. */
export interface Identities {
  readonly matches: ReadonlyMap<Step, readonly StoredVersion[]>
  /** `Type/id` of what the step creates, changes or finds there already. */
  readonly targets: ReadonlyMap<Step, string>
  /** Conditional creates for which an earlier step of the same criteria creates the resource. */
  readonly repeats: ReadonlyMap<Step, Step>
}

export async function identifySteps(
  parts: TransactionParts,
  tx: Transaction,
  steps: readonly Step[],
  principal: Principal,
): Promise<Identities> {
  const matches = withoutDeleted(steps, await findAll(parts, tx, steps, principal))
  const targets = new Map<Step, string>()
  const repeats = new Map<Step, Step>()
  const creators = new Map<string, Step>()
  for (const step of steps) {
    const found = matches.get(step)
    const creator = creators.get(criteriaKey(step))
    if (step.request.interaction === 'create' && found?.length === 0 && creator !== undefined) {
      repeats.set(step, creator)
      targets.set(step, targetOf(creator, found) ?? '')
      continue
    }
    if (step.request.interaction === 'create' && found?.length === 0) creators.set(criteriaKey(step), step)
    const target = targetOf(step, found)
    if (target !== undefined) targets.set(step, target)
  }
  const identities = { matches, targets, repeats }
  checkDistinct(steps, identities)
  return identities
}

/** Deletes come first: a conditional create does not find what the transaction has deleted by then. */
function withoutDeleted(steps: readonly Step[], found: Identities['matches']): Identities['matches'] {
  const deleted = new Set(
    steps
      .filter(({ request }) => request.interaction === 'delete')
      .flatMap((step) => keysOf(step, found.get(step), targetOf(step, found.get(step)))),
  )
  if (deleted.size === 0) return found
  const left = [...found].map(([step, matches]): [Step, readonly StoredVersion[]] => [
    step,
    isCreate(step) ? matches.filter(({ type, id }) => !deleted.has(`${type}/${id}`)) : matches,
  ])
  return new Map(left)
}

async function findAll(
  parts: TransactionParts,
  tx: Transaction,
  steps: readonly Step[],
  principal: Principal,
): Promise<ReadonlyMap<Step, readonly StoredVersion[]>> {
  const lookUps = new Map<Step, LookUp>()
  const { conditionalDeleteLimit } = parts.settings
  for (const step of steps) {
    const { criteria } = step
    const { interaction, type } = step.request
    if (criteria === undefined || type === undefined) continue
    const most = interaction === 'delete' ? conditionalDeleteLimit + 1 : 2
    lookUps.set(step, {
      type,
      criteria,
      viewer: viewerOf(principal, interaction, true),
      group: interaction,
      most,
      expression: step.entry.expression,
    })
  }
  if (lookUps.size === 0) return new Map()
  await tx.lock([...lookUps.values()].flatMap(({ type, criteria }) => lockKeys(type, criteria)))
  const found = await lookUp(parts, tx, [...lookUps.values()])
  return new Map([...lookUps].map(([step, one]) => [step, found.get(one) ?? []]))
}

function targetOf(
  { request, newId }: Step,
  matches: readonly StoredVersion[] | undefined,
): string | undefined {
  const { interaction, type, id, body } = request
  if (interaction === 'create') return `${type}/${matches?.[0]?.id ?? newId}`
  if (interaction !== 'update' && interaction !== 'patch' && interaction !== 'delete') return undefined
  if (id !== undefined) return `${type}/${id}`
  const [match] = matches ?? []
  if (match !== undefined) return `${type}/${match.id}`
  if (interaction !== 'update') return undefined
  const sent = (body?.json as { id?: unknown } | undefined)?.id
  return `${type}/${typeof sent === 'string' ? sent : newId}`
}

function criteriaKey({ request, criteria }: Step): string {
  return JSON.stringify([request.type, criteria])
}

/** "If any resource identities overlap in steps 1-3, then the transaction SHALL fail." */
function checkDistinct(steps: readonly Step[], { matches, targets }: Identities): void {
  const takers = new Map<string, Step>()
  for (const step of steps) {
    for (const key of keysOf(step, matches.get(step), targets.get(step))) {
      const other = takers.get(key)
      if (other !== undefined && !(isCreate(step) && isCreate(other))) {
        throw new Refusal(
          'invalid',
          'Two entries of this transaction are about one resource: each resource may be there once.',
          { expression: [other.entry.expression, step.entry.expression] },
        )
      }
      takers.set(key, step)
    }
  }
}

/** What a step writes, by identity; and by its criteria, when these match nothing yet and would match its own writes. */
function keysOf(
  step: Step,
  matches: readonly StoredVersion[] | undefined,
  target: string | undefined,
): readonly string[] {
  if (matches === undefined || matches.length === 0) {
    const keys = target === undefined ? [] : [target]
    const open = step.criteria !== undefined && step.request.interaction !== 'delete'
    return open ? [...keys, criteriaKey(step)] : keys
  }
  // Nothing is written where a conditional create finds its resource.
  return isCreate(step) ? [] : matches.map(({ type, id }) => `${type}/${id}`)
}

function isCreate({ request }: Step): boolean {
  return request.interaction === 'create'
}

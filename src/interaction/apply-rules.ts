import type { Principal } from '#access/principal.ts'
import type { Transaction } from '#store/store.ts'
import { planChange } from './plan-change.ts'
import type { PlannedChange, RoadParts, Walk } from './walk.ts'
import { writeRow } from './write-rows.ts'
import type { Change, WriteRule } from './write-rule.ts'

/** Every room with a say is asked, whichever road the write came by; the first Refusal ends it. */
export function applyRules({ parts, changes, tx, principal }: Walk): void | Promise<void> {
  if (tx === undefined || changes.every(({ type }) => rulesFor(parts, type).length === 0)) return
  return askForEach(parts, changes, tx, principal)
}

async function askForEach(
  parts: RoadParts,
  changes: readonly PlannedChange[],
  tx: Transaction,
  principal: Principal,
): Promise<void> {
  for (const change of changes) await askRules(parts, change, tx, principal, [])
}

/** Looked up once a type: most types have no rules. */
const rulesByType = new WeakMap<readonly WriteRule[], Map<string, readonly WriteRule[]>>()

function rulesFor({ rules }: RoadParts, type: string): readonly WriteRule[] {
  const known = rulesByType.get(rules) ?? new Map<string, readonly WriteRule[]>()
  rulesByType.set(rules, known)
  const found = known.get(type) ?? rules.filter(({ types }) => types.includes(type))
  known.set(type, found)
  return found
}

/**
 * What follows from a write meets the rules too, but never again the rule it came from, which could go on for ever.
 * It is written at once, so that the next rule sees it.
 */
async function askRules(
  parts: RoadParts,
  change: PlannedChange,
  tx: Transaction,
  principal: Principal,
  causes: readonly WriteRule[],
): Promise<void> {
  for (const rule of rulesFor(parts, change.type)) {
    if (causes.includes(rule)) continue
    await follow(parts, rule, await rule.apply(change, tx, principal), tx, principal, causes)
    if (rule.settle !== undefined) gather(parts, rule, change, tx, principal, causes)
  }
}

async function follow(
  parts: RoadParts,
  rule: WriteRule,
  followings: readonly Change[],
  tx: Transaction,
  principal: Principal,
  causes: readonly WriteRule[],
): Promise<void> {
  for (const following of followings) {
    const planned = planChange(parts, following)
    writeRow(planned, tx)
    await askRules(parts, planned, tx, principal, [...causes, rule])
  }
}

/** Changes whose rows wait in a transaction's buffer, for the rules that want to see them together. */
const gathered = new WeakMap<Transaction, Map<WriteRule, Change[]>>()

function gather(
  parts: RoadParts,
  rule: WriteRule,
  change: Change,
  tx: Transaction,
  principal: Principal,
  causes: readonly WriteRule[],
): void {
  const ofRules = gathered.get(tx) ?? new Map<WriteRule, Change[]>()
  gathered.set(tx, ofRules)
  const waiting = ofRules.get(rule)
  if (waiting !== undefined) {
    waiting.push(change)
    return
  }
  const changes = [change]
  ofRules.set(rule, changes)
  tx.beforeFlush(async () => {
    ofRules.delete(rule)
    await follow(parts, rule, (await rule.settle?.(changes, tx, principal)) ?? [], tx, principal, causes)
  })
}

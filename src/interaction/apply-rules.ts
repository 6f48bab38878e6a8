import type { Principal } from '#access/principal.ts'
import type { Transaction } from '#store/store.ts'
import { planChange } from './plan-change.ts'
import type { PlannedChange, RoadParts, Walk } from './walk.ts'
import { writeRow } from './write-rows.ts'
import type { Change, WriteRule } from './write-rule.ts'

/** Every room with a say is asked, whichever road the write came by; the first Refusal ends it. */
export async function applyRules({ parts, changes, tx, principal }: Walk): Promise<void> {
  if (tx === undefined || parts.rules.length === 0) return
  for (const change of changes) await askRules(parts, change, tx, principal, [])
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
  for (const rule of parts.rules) {
    if (!rule.types.includes(change.type) || causes.includes(rule)) continue
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

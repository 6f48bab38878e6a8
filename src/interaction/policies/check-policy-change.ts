import { checkPolicy } from '#access/policy/check-policy.ts'
import type { Policy } from '#access/policy/policy.ts'
import type { Principal } from '#access/principal.ts'
import type { SecurityFact } from '#audit/security-event.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { parseClauses } from '#fhir/search-parse.ts'
import type { Transaction } from '#store/store.ts'
import type { Change, WriteRule } from '../write-rule.ts'
import { policyChannel } from './clinic-policies.ts'
import { basicKinds, kindOf } from './own-records.ts'
import { readPolicyText } from './policy-resource.ts'

export interface PolicyRuleParts {
  readonly definitions: Definitions
  readonly checkSchema: (value: unknown) => readonly Issue[]
  readonly buildEvent: (tenant: string, fact: SecurityFact) => Resource
  /** Runs after the commit and before the answer: this process knows at once. */
  readonly changed: (tenant: string) => void
}

/** These edit the others' policies, so nobody edits theirs: else who may a little could give themselves the rest. */
const fixed: ReadonlySet<string> = new Set(['clinic-admin', 'platform-admin'])

/** A clinic's policies are checked when they are stored, changed by its administrators alone, and hold at once. */
export function createPolicyRule(parts: PolicyRuleParts): WriteRule {
  return {
    name: 'access policies are right, and changed by administrators',
    types: ['Basic'],
    async apply(change, tx, principal) {
      const before = beforeOf(change)
      const kinds = [kindOf(before), kindOf(change.after)]
      if (kinds.includes('break-glass')) {
        throw new Refusal('forbidden', 'A broken glass is recorded by the server alone: use $break-glass.')
      }
      if (!kinds.includes('access-policy')) return []
      checkAdministrator(principal)
      for (const resource of [before, change.after]) if (kindOf(resource) !== undefined) checkRole(resource)
      if (kindOf(change.after) !== undefined) await checkNew(parts, change, tx)
      const role = roleOf(change.after ?? before)
      tx.audit(parts.buildEvent(tx.tenant, describe(change, role, principal)))
      await tx.query('select pg_notify($1, $2)', [policyChannel, tx.tenant])
      tx.afterCommit(() => parts.changed(tx.tenant))
      return []
    },
  }
}

function beforeOf({ before }: Change): Resource | undefined {
  return before === undefined || before.deleted ? undefined : (parseJson(before.text) as Resource)
}

function checkAdministrator({ roles }: Principal): void {
  if (roles.some((role) => fixed.has(role))) return
  throw new Refusal('forbidden', 'Access policies are changed by administrators of the clinic.')
}

function checkRole(resource: Resource | undefined): void {
  const role = roleOf(resource)
  if (role !== undefined && fixed.has(role)) {
    throw new Refusal('forbidden', `The policy of ${role} comes with the server and is not changed here.`)
  }
}

function roleOf(resource: Resource | undefined): string | undefined {
  if (resource === undefined) return undefined
  const { role } = (readPolicyText(resource) ?? {}) as { role?: unknown }
  return typeof role === 'string' ? role : undefined
}

async function checkNew(
  { definitions, checkSchema }: PolicyRuleParts,
  { after, id }: Change,
  tx: Transaction,
): Promise<void> {
  const policy = readPolicyText(after as Resource)
  const structure = checkSchema(policy)
  const issues = structure.length > 0 ? structure : checkPolicy(policy as Policy, definitions)
  if (issues.length > 0) {
    throw new Refusal('unprocessable', 'The policy cannot be used as it is.', { issues })
  }
  const { role } = policy as Policy
  await tx.lock([`policy ${role}`])
  const where = parseClauses(definitions, 'Basic', [['code', `${basicKinds}|access-policy`]], {
    timeZone: 'UTC',
  })
  const reads = tx.as({ tenant: tx.tenant, visible: () => 'all' })
  const query = { types: ['Basic'], where, sort: [], count: 1_000, total: 'none', includes: [] } as const
  const { matches } = await reads.search(query)
  const other = matches.find((match) => match.id !== id && roleOf(parseJson(match.text) as Resource) === role)
  if (other !== undefined) {
    throw new Refusal('duplicate', `Basic/${other.id} is the policy of ${role}: change that one.`)
  }
}

function describe(
  { method, id }: Change,
  role: string | undefined,
  { clientId, fhirUser, tokenId, roles }: Principal,
): SecurityFact {
  const deed = { POST: 'made', PUT: 'changed', PATCH: 'changed', DELETE: 'removed' }[method]
  return {
    deed: 'policy-changed',
    clientId,
    tokenId,
    user: { ...(fhirUser === undefined ? {} : { reference: fhirUser }), roles },
    about: { reference: `Basic/${id}` },
    description: `The policy of ${role ?? 'a role'} was ${deed}.`,
  }
}

import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { parseClauses, type SearchPairs } from '#fhir/search-parse.ts'
import type { Transaction } from '#store/store.ts'
import type { Change, WriteRule } from '../write-rule.ts'

/** Who still needs a practitioner or a place, and what to do about it before it may be deleted. */
interface Use {
  readonly type: string
  readonly parameter: string
  /** What makes a resource of that type one of the living. */
  readonly alive: SearchPairs
  readonly instead: string
}

const open = 'proposed,pending,booked,arrived,checked-in,waitlist'
const role = (parameter: string): Use => ({
  type: 'PractitionerRole',
  parameter,
  alive: [['active:not', 'false']],
  instead: 'end the role or set its active to false',
})
const calendar: readonly Use[] = [
  {
    type: 'Schedule',
    parameter: 'actor',
    alive: [['active:not', 'false']],
    instead: 'set its active to false',
  },
  {
    type: 'Appointment',
    parameter: 'actor',
    alive: [['status', open]],
    instead: 'move or cancel it',
  },
]
const uses: Readonly<Record<string, readonly Use[]>> = {
  Practitioner: [role('practitioner'), ...calendar],
  Location: [role('location'), ...calendar],
}

/** A calendar that leads to nobody, or a visit that happens nowhere, would be left behind. */
export function createUnusedRule(definitions: Definitions): WriteRule {
  return {
    name: 'a practitioner or place that is in use is not deleted',
    types: Object.keys(uses),
    async apply(change, tx) {
      if (change.method !== 'DELETE') return []
      for (const use of uses[change.type] ?? []) await checkUse(definitions, change, use, tx)
      return []
    },
  }
}

async function checkUse(definitions: Definitions, change: Change, use: Use, tx: Transaction): Promise<void> {
  const { type, parameter, alive, instead } = use
  const target = `${change.type}/${change.id}`
  const where = parseClauses(definitions, type, [[parameter, target], ...alive], { timeZone: 'UTC' })
  const everything = tx.as({ tenant: tx.tenant, visible: () => 'all' })
  const query = { types: [type], where, sort: [], count: 1, total: 'none', includes: [] } as const
  const [user] = (await everything.search(query)).matches
  if (user === undefined) return
  throw new Refusal(
    'conflict',
    `${target} is used by ${type === 'Appointment' ? 'an open Appointment' : `${type}/${user.id}`}: ${instead} first, or keep ${change.type} and set it inactive.`,
    { expression: change.type },
  )
}

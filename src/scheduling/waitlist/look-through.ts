import type { Database, Transaction } from '#store/store.ts'
import { allowed, type FindParts } from '../find/find-times.ts'
import { loadView } from './load-view.ts'
import { type OfferParts, offerTime } from './offer-time.ts'
import { planOffers } from './plan-offers.ts'

export interface LookParts extends OfferParts {
  readonly find: FindParts
  readonly database: Pick<Database, 'asSystem' | 'acrossClinics'>
}

/** Conditions take their time, and the best of them are enough. */
const mostJudged = 50

/** As often as races are lost, or somebody who was planned for is refused. */
const mostRounds = 4

/** How many were offered something; or nobody waits, or another server is looking. */
export type Looked = number | 'nobody' | 'another'

/**
 * Offers what is free to those who wait for it, in their order. All that is needed lies in the database, so any server can
 * do it at any time.
 */
export async function lookThrough(parts: LookParts, tenant: string): Promise<Looked> {
  const { find } = parts
  const system = parts.database.asSystem(tenant)
  const turn = await system.transaction(takeTurn)
  if (turn !== 'mine') return turn
  try {
    const refused = new Set<string>()
    let offered = 0
    for (let round = 0; round < mostRounds; round++) {
      const { rules, planned } = await system.transaction((tx) => plan(find, tx, refused))
      let done = 0
      for (const one of planned) {
        const outcome = await offerTime(parts, tenant, one, rules)
        if (outcome === 'offered') done++
        if (outcome === 'refused') refused.add(one.waiting.entry.id)
      }
      offered += done
      if (done === planned.length) break
    }
    return offered
  } finally {
    await system.transaction((tx) =>
      tx.query(
        'UPDATE waitlist_look SET turn_ends = almanac_now(), looked = almanac_now() WHERE tenant = $1',
        [tx.tenant],
      ),
    )
  }
}

async function plan(find: FindParts, tx: Transaction, refused: ReadonlySet<string>) {
  const view = await loadView(find, tx)
  const waiting = view.waiting.filter(({ entry }) => !refused.has(entry.id))
  const permit: Parameters<typeof planOffers>[1] = ({ wish }, times) =>
    allowed(find, tx, view.calendar, wish, times.slice(0, mostJudged))
  return { rules: view.calendar.rules, planned: await planOffers({ ...view, waiting }, permit) }
}

/** A server that dies meanwhile loses its turn after half a minute. */
async function takeTurn(tx: Transaction): Promise<'mine' | 'nobody' | 'another'> {
  const [{ waits } = { waits: false }] = await tx.query<{ waits: boolean }>(
    'SELECT EXISTS (SELECT FROM waitlist_entry WHERE tenant = $1) AS waits',
    [tx.tenant],
  )
  if (!waits) return 'nobody'
  const taken = await tx.query(
    `INSERT INTO waitlist_look AS l (tenant, turn_ends, looked)
     VALUES ($1, almanac_now() + interval '30 seconds', almanac_now())
     ON CONFLICT (tenant) DO UPDATE SET turn_ends = excluded.turn_ends WHERE l.turn_ends <= almanac_now()
     RETURNING 1`,
    [tx.tenant],
  )
  return taken.length > 0 ? 'mine' : 'another'
}

/** Clinics whose list nobody has looked through for a while, whatever has come free and whoever forgot to say. */
export async function clinicsToLook(database: Pick<Database, 'acrossClinics'>): Promise<readonly string[]> {
  const rows = await database.acrossClinics<{ tenant: string }>(
    `SELECT e.tenant FROM (SELECT DISTINCT tenant FROM waitlist_entry) e
     LEFT JOIN waitlist_look l ON l.tenant = e.tenant
     WHERE l.looked IS NULL OR l.looked < almanac_now() - interval '15 seconds'`,
  )
  return rows.map(({ tenant }) => tenant)
}

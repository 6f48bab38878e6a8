import pg from 'pg'
import { outliveCuts } from './lone-connection.ts'
import { translateError } from './postgres-errors.ts'

/** Events of a clinic and month that are committed and not sealed yet. */
export interface PendingMonth {
  readonly tenant: string
  /** Whose partition they lie in: `2026-11`. */
  readonly month: string
  /** In their order. */
  readonly ids: readonly string[]
  /** The SHA-256 of each text, one behind the other. */
  readonly leaves: Uint8Array
}

/** The last entry of a clinic's chain. */
export interface ChainHead {
  readonly tenant: string
  readonly statement: string
  /** How many events are sealed. */
  readonly events: number
}

export interface ChainEntry {
  readonly tenant: string
  readonly number: number
  readonly kind: 'genesis' | 'seal' | 'rotation' | 'tombstone'
  readonly month?: string
  readonly until?: string
  readonly statement: string
  readonly signature: Uint8Array
  readonly ids?: readonly string[]
  readonly leaves?: Uint8Array
}

/** The transactions that a round of seals covers: all below `until`; whole: none that is committed is left. */
export interface SealRange {
  readonly until: string
  readonly whole: boolean
}

export type BuildEntries = (
  pending: readonly PendingMonth[],
  heads: readonly ChainHead[],
  range: SealRange,
) => readonly ChainEntry[]

/** Taken by whoever adds to a chain, so that chains never fork; the number is the ASCII of "seals". */
const sealLock = 495555636595

/** Adds to the chains that prove the audit trail; any number of servers may try at once. */
export class AuditSeals {
  readonly #pool: pg.Pool

  constructor(url: string) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 1,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 5_000,
      application_name: 'almanac seals',
      options: '-c role=almanac_upkeep -c statement_timeout=60000 -c lock_timeout=5000 -c jit=off',
    })
    this.#pool.on('error', () => undefined)
    this.#pool.on('connect', outliveCuts)
  }

  /** Seals what is committed, about `most` events at most; undefined while another server is at it. */
  async seal(most: number, build: BuildEntries): Promise<readonly ChainEntry[] | undefined> {
    const client = await this.#connect()
    try {
      await client.query('begin')
      const { rows } = await client.query<{ mine: boolean }>(
        `select pg_try_advisory_xact_lock(${sealLock}) as mine`,
      )
      const entries = rows[0]?.mine === true ? await sealPending(client, most, build) : undefined
      await client.query('commit')
      client.release()
      return entries
    } catch (error) {
      client.release(true)
      throw error instanceof pg.DatabaseError ? translateError(error) : error
    }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw translateError(error)
    }
  }
}

/** For whoever holds a transaction of its own: waits for the lock. */
export async function lockSeals(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(${sealLock})`)
}

async function sealPending(
  client: pg.ClientBase,
  most: number,
  build: BuildEntries,
): Promise<readonly ChainEntry[]> {
  const { from, until, whole } = await readRange(client, most)
  if (from === until) return []
  // Put together there: a row for each event would cost this process more than the sealing. An event whose form is gone is not passed over:
  // it will not verify.
  const { rows } = await client.query<Omit<PendingMonth, 'ids'> & { ids: string }>(
    `select tenant, to_char(updated at time zone 'UTC', 'YYYY-MM') as month, string_agg(id, ',' order by id) as ids,
            string_agg(sha256(convert_to(coalesce(text, 'lost'), 'UTF8')), ''::bytea order by id) as leaves
     from auditevent where xid >= $1::text::xid8 and xid < $2::text::xid8 group by 1, 2 order by 1, 2`,
    [from, until],
  )
  if (rows.length === 0) return []
  const pending = rows.map((row) => ({ ...row, ids: row.ids.split(',') }))
  const heads = await readHeads(client, [...new Set(pending.map(({ tenant }) => tenant))])
  const entries = build(pending, heads, { until, whole })
  await addEntries(client, entries)
  return entries
}

/** Whole transactions: those from the last seal's end on that are over, as many as hold about `most` events. */
async function readRange(client: pg.ClientBase, most: number): Promise<SealRange & { from: string }> {
  const { rows } = await client.query<SealRange & { from: string }>(
    `with known as (select coalesce((select until from audit_seal where until is not null order by until desc limit 1), '0'::xid8) as start,
                           pg_snapshot_xmin(pg_current_snapshot()) as bound),
     first as (select start, bound, (select e.xid from auditevent e where e.xid >= start and e.xid < bound order by e.xid limit 1) as first from known),
     last as (select *, (select e.xid from auditevent e where e.xid >= first and e.xid < bound order by e.xid offset $1 limit 1) as beyond from first)
     select coalesce(first, bound)::text as "from",
            case when first is null or beyond is null then bound
                 when beyond > first then beyond
                 else (beyond::text::numeric + 1)::text::xid8 end::text as until,
            beyond is null as whole
     from last`,
    [most],
  )
  const { from = '0', until = '0', whole = true } = rows[0] ?? {}
  return { from, until, whole }
}

export async function readHeads(
  client: pg.ClientBase,
  tenants: readonly string[],
): Promise<readonly ChainHead[]> {
  const { rows } = await client.query<{ tenant: string; statement: string; events: string }>(
    `select t.tenant, head.statement,
            coalesce((select (s.statement::json->>'first')::bigint + (s.statement::json->>'count')::bigint - 1
                      from audit_seal s where s.tenant = t.tenant and s.kind = 'seal' order by number desc limit 1), 0) as events
     from unnest($1::text[]) t(tenant)
     cross join lateral (select statement from audit_seal s where s.tenant = t.tenant order by number desc limit 1) head`,
    [tenants],
  )
  return rows.map(({ tenant, statement, events }) => ({ tenant, statement, events: Number(events) }))
}

export async function addEntries(client: pg.ClientBase, entries: readonly ChainEntry[]): Promise<void> {
  for (const { tenant, number, kind, month, until, statement, signature, ids, leaves } of entries)
    await client.query(
      `insert into audit_seal (tenant, number, kind, month, until, statement, signature, ids, leaves)
       values ($1, $2, $3, $4, $5::text::xid8, $6, $7, string_to_array($8, ','), $9)`,
      [tenant, number, kind, month, until, statement, signature, ids?.join(','), leaves],
    )
}

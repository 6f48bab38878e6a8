import pg from 'pg'
import { addEntries, type ChainEntry, type ChainHead, lockSeals, readHeads } from './audit-seals.ts'
import { auditTable } from './audit-tables.ts'
import { connectAlone } from './lone-connection.ts'
import { translateError } from './postgres-errors.ts'
import { quoted } from './quoted.ts'

/** A month of one clinic's events, as its seals have it. */
export interface SealedMonth {
  readonly month: string
  readonly events: number
  /** Numbers of its first and last seal, and the last one's statement. */
  readonly from: number
  readonly to: number
  readonly last: string
}

export interface Hold {
  readonly id: string
  readonly tenant: string
  readonly patient?: string
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Drops months that are past their period; works as a role that can do nothing else. */
export class AuditRetention implements AsyncDisposable {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async open(url: string): Promise<AuditRetention> {
    return new AuditRetention(
      await connectAlone({
        connectionString: url,
        application_name: 'almanac retention',
        options: '-c lock_timeout=10000',
      }),
    )
  }

  async tenants(): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ tenant: string }>(
      'select tenant from audit_seal where number = 0 order by tenant',
    )
    return rows.map(({ tenant }) => tenant)
  }

  /** Months with sealed events, before the given one, that have not been dropped. */
  async monthsBefore(tenant: string, before: string): Promise<readonly SealedMonth[]> {
    const { rows } = await this.#client.query<SealedMonth & { events: string; from: string; to: string }>(
      `select s.month, sum((s.statement::json->>'count')::bigint) as events, min(s.number) as "from", max(s.number) as "to",
              (select statement from audit_seal l where l.tenant = $1 and l.number = max(s.number)) as last
       from audit_seal s
       where s.tenant = $1 and s.kind = 'seal' and s.month < $2
         and s.number > coalesce((select max(number) from audit_seal t where t.tenant = $1 and t.kind = 'tombstone' and t.month = s.month), -1)
       group by s.month order by s.month`,
      [tenant, before],
    )
    return rows.map((row) => ({
      ...row,
      events: Number(row.events),
      from: Number(row.from),
      to: Number(row.to),
    }))
  }

  /** The hold that a month's events are under, if any. */
  async holdOn(tenant: string, month: string): Promise<Hold | undefined> {
    for (const hold of await this.holds(tenant)) {
      if (month < hold.from || month > hold.to) continue
      if (hold.patient === undefined || (await this.#mentions(tenant, month, hold.patient))) return hold
    }
    return undefined
  }

  async holds(tenant: string): Promise<readonly Hold[]> {
    const { rows } = await this.#client.query<Hold & { patient: string | null }>(
      `select id, tenant, patient, from_month as "from", to_month as "to", reason from audit_hold
       where tenant = $1 and lifted is null order by id`,
      [tenant],
    )
    return rows.map(({ patient, ...hold }) => (patient === null ? hold : { ...hold, patient }))
  }

  async placeHold({ id, tenant, patient, from, to, reason }: Hold): Promise<void> {
    await this.#client.query(
      'insert into audit_hold (tenant, id, patient, from_month, to_month, reason) values ($1, $2, $3, $4, $5, $6)',
      [tenant, id, patient, from, to, reason],
    )
  }

  async liftHold(tenant: string, id: string): Promise<boolean> {
    const { rowCount } = await this.#client.query(
      'update audit_hold set lifted = now() where tenant = $1 and id = $2 and lifted is null',
      [tenant, id],
    )
    return rowCount === 1
  }

  /** The tombstone and the drop are one transaction: a month is there and verifies, or is gone and verifies. */
  async bury(
    tenant: string,
    month: string,
    build: (head: ChainHead) => readonly ChainEntry[],
  ): Promise<readonly ChainEntry[]> {
    await this.#client.query('begin')
    try {
      await lockSeals(this.#client)
      await this.#client.query('set local role almanac_retention')
      const [head] = await readHeads(this.#client, [tenant])
      if (head === undefined) throw new Error(`The clinic ${tenant} has no chain`)
      const entries = build(head)
      await addEntries(this.#client, entries)
      await this.#client.query(
        `update audit_seal set ids = null, leaves = null where tenant = $1 and month = $2 and kind = 'seal'`,
        [tenant, month],
      )
      await this.#drop(tenant, month)
      await this.#client.query('commit')
      return entries
    } catch (error) {
      await this.#client.query('rollback')
      throw error instanceof pg.DatabaseError ? translateError(error) : error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }

  /** A month that only this clinic has left goes at once, as a table; else the clinic's rows go out of it. */
  async #drop(tenant: string, month: string): Promise<void> {
    const partition = `${auditTable}_${month.replace('-', '_')}`
    const { rows } = await this.#client.query<{ alone: boolean }>(
      `select to_regclass($1) is not null and not exists (
         select from auditevent where tenant <> $2
           and updated >= ($3 || '-01T00:00:00Z')::timestamptz and updated < ($3 || '-01T00:00:00Z')::timestamptz + interval '1 month') as alone`,
      [partition, tenant, month],
    )
    if (rows[0]?.alone === true) {
      await this.#client.query('reset role')
      await this.#client.query(`drop table ${quoted(partition)}`)
      return
    }
    await this.#client.query(
      `delete from ${auditTable} where tenant = $1 and to_char(updated at time zone 'UTC', 'YYYY-MM') = $2
         and updated >= ($2 || '-01T00:00:00Z')::timestamptz and updated < ($2 || '-01T00:00:00Z')::timestamptz + interval '32 days'`,
      [tenant, month],
    )
  }

  async #mentions(tenant: string, month: string, patient: string): Promise<boolean> {
    const { rows } = await this.#client.query<{ found: boolean }>(
      `select exists (select from auditevent where tenant = $1 and strpos(text, $3) > 0
         and updated >= ($2 || '-01T00:00:00Z')::timestamptz and updated < ($2 || '-01T00:00:00Z')::timestamptz + interval '1 month') as found`,
      [tenant, month, `"Patient/${patient}"`],
    )
    return rows[0]?.found === true
  }
}

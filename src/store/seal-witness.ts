import pg from 'pg'
import { outliveCuts } from './lone-connection.ts'

/** An entry of a chain as it leaves the database: what was signed, and the signature. */
export interface WitnessedEntry {
  readonly installation: string
  readonly tenant: string
  readonly number: number
  readonly statement: string
  readonly signature: Uint8Array
}

/** A table in somebody else's database, of which nothing is ever taken back. Who keeps it may make it by this. */
const definition = `
  create table almanac_seal_witness (
    installation text collate "C" not null,
    tenant text collate "C" not null,
    number bigint not null,
    hash bytea not null,
    statement text not null,
    signature bytea not null,
    witnessed timestamptz not null default clock_timestamp(),
    primary key (installation, tenant, number, hash)
  );
  create function almanac_seal_witness_stays() returns trigger language plpgsql as $$
    begin raise exception 'what a witness saw is not changed'; end $$;
  create trigger stays before update or delete or truncate on almanac_seal_witness
    for each statement execute function almanac_seal_witness_stays();`

/** Keeps two statements of one number as well: then somebody has written the past anew, and it is the first that counts. */
const heads = `
  with twice as (
    select tenant, min(number) as number
    from (select tenant, number from almanac_seal_witness where installation = $1
          group by tenant, number having count(*) > 1) t group by tenant)
  select distinct on (w.tenant) w.tenant, w.number::int as number, w.statement
  from almanac_seal_witness w left join twice using (tenant)
  where w.installation = $1 and (twice.number is null or w.number = twice.number)
  order by w.tenant, w.number desc, w.witnessed`

/** Numbers start at 0, and each of several servers tells its own: what one of them could not is a gap among the others'. */
const gaps = `
  select tenant, case when min(number) > 0 then 0 else min(number) filter (where next is distinct from number + 1) + 1 end::int as number
  from (select tenant, number, lead(number) over (partition by tenant order by number) as next
        from (select distinct tenant, number from almanac_seal_witness where installation = $1) d) n
  group by tenant`

export class SealWitness {
  /** Without the password. */
  readonly name: string
  readonly #pool: pg.Pool
  #made: Promise<void> | undefined

  constructor(url: string) {
    const { host, pathname } = new URL(url)
    this.name = `${host}${pathname}`
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 1,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
      application_name: 'almanac witness',
    })
    this.#pool.on('error', () => undefined)
    this.#pool.on('connect', outliveCuts)
  }

  /** What it has already is not taken twice. */
  async remember(entries: readonly WitnessedEntry[]): Promise<void> {
    await this.#make()
    await this.#pool.query(
      `insert into almanac_seal_witness (installation, tenant, number, hash, statement, signature)
       select i, t, n, sha256(convert_to(s, 'UTF8')), s, g
       from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bytea[]) as e(i, t, n, s, g)
       on conflict do nothing`,
      [
        entries.map(({ installation }) => installation),
        entries.map(({ tenant }) => tenant),
        entries.map(({ number }) => number),
        entries.map(({ statement }) => statement),
        entries.map(({ signature }) => Buffer.from(signature)),
      ],
    )
  }

  /** Of each clinic the newest entry; or the first that was told in two ways. */
  async heads(
    installation: string,
  ): Promise<readonly { readonly tenant: string; readonly number: number; readonly statement: string }[]> {
    await this.#make()
    const { rows } = await this.#pool.query(heads, [installation])
    return rows
  }

  /** Of each clinic the first entry that is not here. */
  async missing(installation: string): Promise<ReadonlyMap<string, number>> {
    await this.#make()
    const { rows } = await this.#pool.query<{ tenant: string; number: number }>(gaps, [installation])
    return new Map(rows.map(({ tenant, number }) => [tenant, number]))
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  #make(): Promise<void> {
    this.#made ??= this.#makeTable().catch((cause) => {
      this.#made = undefined
      throw cause
    })
    return this.#made
  }

  /** Several servers may come at once; and a role that may only insert finds the table there. */
  async #makeTable(): Promise<void> {
    const there = `select to_regclass('almanac_seal_witness') is not null as there`
    if ((await this.#pool.query(there)).rows[0].there) return
    await this.#pool.query(`do $do$ begin
      perform pg_advisory_xact_lock(hashtext('almanac_seal_witness'));
      if to_regclass('almanac_seal_witness') is null then ${definition} end if; end $do$`)
  }
}

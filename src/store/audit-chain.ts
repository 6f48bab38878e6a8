import type pg from 'pg'
import type { ChainEntry } from './audit-seals.ts'
import { auditTable } from './audit-tables.ts'
import { EventColumns, type EventExtraction, type FalseColumn } from './event-columns.ts'
import { EventTexts, type TextRow, textColumns } from './event-texts.ts'
import { connectAlone } from './lone-connection.ts'
import type { ColumnRow } from './own-columns.ts'

export interface StoredEvent {
  readonly id: string
  readonly text: string
  readonly updated: Date
  /** That searches go by, and that does not hold what the text says. */
  readonly falseColumn?: FalseColumn
}

function bounds(month: string): readonly [string, string] {
  const [year = 0, ordinal = 1] = month.split('-').map(Number)
  return [
    new Date(Date.UTC(year, ordinal - 1)).toISOString(),
    new Date(Date.UTC(year, ordinal)).toISOString(),
  ]
}

/** Events read in one go: some megabytes. */
const mostAhead = 2_000

/** Of a month: one is enough to know, some help to understand. */
const mostInserted = 100

type Row = Omit<ChainEntry, 'ids'> & { number: string; until: string | null; ids: string | null }

export interface SealedCount {
  readonly number: number
  readonly month: string
  readonly count: number
}

/** Seals of one month, from the first to the last, and which of the events of each: from 1. */
export interface SealedRun {
  readonly month: string
  readonly first: number
  readonly last: number
  readonly from: number
  readonly to: number
}

/** Reads what proves the audit trail, a little at a time; one connection, closed by whoever opened it. */
export class AuditChain implements AsyncDisposable {
  readonly #client: pg.Client
  /** Entries read last, for what will be asked next. */
  #page: readonly { month?: string | undefined; ids?: readonly string[] | undefined }[] = []
  #wanted = new Set<string>()
  #ahead = new Map<string, StoredEvent[]>()
  readonly #texts = new Map<string, EventTexts>()

  readonly #columns: EventColumns | undefined

  private constructor(client: pg.Client, columns: EventColumns | undefined) {
    this.#client = client
    this.#columns = columns
  }

  /** With an extraction, events come with what of their columns is false. */
  static async open(url: string, extraction?: EventExtraction): Promise<AuditChain> {
    const client = await connectAlone({
      connectionString: url,
      application_name: 'almanac audit',
      options: '-c role=almanac_upkeep -c jit=off -c timezone=UTC',
    })
    return new AuditChain(client, extraction && (await EventColumns.open(client, extraction)))
  }

  /** Clinics that have a chain or events. */
  async tenants(): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ tenant: string }>(`
      with recursive t as (
        (select tenant from auditevent order by tenant limit 1)
        union all select (select e.tenant from auditevent e where e.tenant > t.tenant order by e.tenant limit 1) from t where t.tenant is not null)
      select tenant from t where tenant is not null union select tenant from audit_seal where number = 0 order by tenant`)
    return rows.map(({ tenant }) => tenant)
  }

  /** In their order, from `from` on. */
  async *entries(tenant: string, from = 0): AsyncGenerator<ChainEntry> {
    const page = 100
    for (let next = from, found = page; found === page; ) {
      const { rows: read } = await this.#client.query<Row>(
        `select tenant, number, kind, month, until::text, statement, signature, array_to_string(ids, ',') as ids, leaves
         from audit_seal where tenant = $1 and number >= $2 order by number limit ${page}`,
        [tenant, next],
      )
      const rows = read.map((row) => ({ ...row, ids: row.ids?.split(',') }))
      this.#page = rows
      for (const { number, month, until, ids, leaves, ...row } of rows)
        yield {
          ...row,
          number: Number(number),
          ...(month != null && { month }),
          ...(until != null && { until }),
          ...(ids != null && { ids }),
          ...(leaves != null && { leaves }),
        }
      found = rows.length
      next = Number(rows.at(-1)?.number ?? next) + 1
    }
  }

  /** The end of a clinic's chain. */
  async head(tenant: string): Promise<{ readonly number: number; readonly statement: string } | undefined> {
    const { rows } = await this.#client.query<{ number: string; statement: string }>(
      'select number, statement from audit_seal where tenant = $1 order by number desc limit 1',
      [tenant],
    )
    return rows[0] && { number: Number(rows[0].number), statement: rows[0].statement }
  }

  /** How many events each month has by its seals up to a number, those of dropped months left out. */
  async sealedEvents(tenant: string, upTo: number): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#client.query<{ month: string; events: string }>(
      `select s.month, sum((s.statement::json->>'count')::bigint) as events from audit_seal s
       where s.tenant = $1 and s.kind = 'seal' and s.number <= $2 and s.number > coalesce(
         (select max(number) from audit_seal t where t.tenant = $1 and t.kind = 'tombstone' and t.month = s.month), -1)
       group by s.month`,
      [tenant, upTo],
    )
    return new Map(rows.map(({ month, events }) => [month, Number(events)]))
  }

  /** What the seals up to a number cover, in their order. */
  async *seals(tenant: string, upTo: number): AsyncGenerator<SealedCount> {
    for (let next = 0; next <= upTo; ) {
      const { rows } = await this.#client.query<{ number: string; month: string; count: string }>(
        `select number, month, statement::json->>'count' as count from audit_seal
         where tenant = $1 and kind = 'seal' and number >= $2 and number <= $3 order by number limit 1000`,
        [tenant, next, upTo],
      )
      for (const { number, month, count } of rows)
        yield { number: Number(number), month, count: Number(count) }
      if (rows.length < 1_000) return
      next = Number(rows.at(-1)?.number) + 1
    }
  }

  /** The texts of events, one a line. */
  async lines(tenant: string, { month, first, last, from, to }: SealedRun): Promise<string> {
    const { rows } = await this.#client.query<TextRow & { readonly id: string }>(
      `select e.id, ${textColumns}
       from audit_seal a cross join lateral unnest(a.ids[$5::int:$6::int]) with ordinality s(id, place)
         join ${auditTable} e on e.tenant = $1 and e.id = s.id and e.updated >= $7 and e.updated < $8
       where a.tenant = $1 and a.number >= $2 and a.number <= $3 and a.kind = 'seal' and a.month = $4
       order by a.number, s.place`,
      [tenant, first, last, month, from, to, ...bounds(month)],
    )
    const texts = await this.#textsOf(tenant).of(rows)
    return texts.map((text) => (text === undefined ? '' : `${text}\n`)).join('')
  }

  /** Months of a clinic that have a tombstone, by what their row says: the walk along the chain checks it. */
  async buried(tenant: string): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#client.query<{ month: string; number: string }>(
      `select month, max(number) as number from audit_seal where tenant = $1 and kind = 'tombstone' group by month`,
      [tenant],
    )
    return new Map(rows.map(({ month, number }) => [month, Number(number)]))
  }

  /** Those of the ids that are in the month; what the next entries will ask for comes along. */
  async events(tenant: string, month: string, ids: readonly string[]): Promise<readonly StoredEvent[]> {
    if (!ids.every((id) => this.#wanted.has(id))) await this.#readAhead(tenant, month, ids)
    return ids.flatMap((id) => {
      this.#wanted.delete(id)
      const events = this.#ahead.get(id) ?? []
      this.#ahead.delete(id)
      return events
    })
  }

  async #readAhead(tenant: string, month: string, ids: readonly string[]): Promise<void> {
    const wanted = new Set(ids)
    const at = this.#page.findIndex((entry) => entry.ids?.[0] === ids[0])
    for (let next = at + 1; at >= 0 && next < this.#page.length && wanted.size < mostAhead; next++) {
      const entry = this.#page[next]
      if (entry?.month === month) for (const id of entry.ids ?? []) wanted.add(id)
    }
    this.#wanted = wanted
    const columns = this.#columns
    const unfilled = await columns?.unfilled()
    const { rows } = await this.#client.query<ColumnRow & Omit<StoredEvent, 'text'>>(
      `select e.id, e.updated, ${textColumns}${columns ? `, ${columns.selected}` : ''} from ${auditTable} e
       where e.tenant = $1 and e.id = any($2::text[]) and e.updated >= $3 and e.updated < $4`,
      [tenant, [...wanted], ...bounds(month)],
    )
    const texts = await this.#textsOf(tenant).of(rows)
    const [from, to] = bounds(month)
    const found = unfilled && (await columns?.compare({ tenant, from, to, unfilled }, rows, texts))
    const events = rows.map(({ id, updated }, at): StoredEvent => {
      const falseColumn = found?.get(id)
      return { id, updated, text: texts[at] ?? '', ...(falseColumn !== undefined && { falseColumn }) }
    })
    this.#ahead = Map.groupBy(events, ({ id }) => id)
  }

  #textsOf(tenant: string): EventTexts {
    const texts = this.#texts.get(tenant) ?? new EventTexts(this.#client, tenant)
    this.#texts.set(tenant, texts)
    return texts
  }

  /** Where an event is that its month lacks. */
  async find(
    tenant: string,
    id: string,
  ): Promise<{ readonly tenant: string; readonly month: string } | undefined> {
    const { rows } = await this.#client.query<{ tenant: string; month: string }>(
      `select tenant, to_char(updated at time zone 'UTC', 'YYYY-MM') as month from auditevent where id = $2 order by tenant <> $1 limit 1`,
      [tenant, id],
    )
    return rows[0]
  }

  /** Events in transactions that the seals should cover and that none of them names. */
  async *inserted(
    tenant: string,
    until: string,
    sealed: ReadonlyMap<string, number>,
    thorough: boolean,
  ): AsyncGenerator<{ readonly id: string; readonly month: string }> {
    const { rows } = await this.#client.query<{ month: string; events: string }>(
      `select to_char(updated at time zone 'UTC', 'YYYY-MM') as month, count(*) as events
       from auditevent where tenant = $1 and xid < $2::text::xid8 group by 1 order by 1`,
      [tenant, until],
    )
    for (const { month, events } of rows) {
      if (!thorough && sealed.get(month) === Number(events)) continue
      for (const id of await this.#unsealed(tenant, month, until)) yield { id, month }
    }
  }

  async #unsealed(tenant: string, month: string, until: string): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ id: string }>(
      `select e.id from auditevent e
       left join (select unnest(ids) as id from audit_seal where tenant = $1 and month = $2 and kind = 'seal') sealed
         on sealed.id = e.id
       where e.tenant = $1 and e.xid < $3::text::xid8 and e.updated >= $4 and e.updated < $5
         and sealed.id is null order by e.id limit ${mostInserted}`,
      [tenant, month, until, ...bounds(month)],
    )
    return rows.map(({ id }) => id)
  }

  /** Events that are not sealed yet, and since when the oldest of them waits. */
  async tail(tenant: string, until: string): Promise<{ readonly events: number; readonly oldest?: Date }> {
    const { rows } = await this.#client.query<{ events: string; oldest: Date | null }>(
      'select count(*) as events, min(updated) as oldest from auditevent where tenant = $1 and xid >= $2::text::xid8',
      [tenant, until],
    )
    const { events = '0', oldest = null } = rows[0] ?? {}
    return { events: Number(events), ...(oldest !== null && { oldest }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}

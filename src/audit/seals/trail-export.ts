import { csvHead, csvLine } from '../export-csv.ts'
import type { ChainEntry } from './build-entries.ts'
import { exportEntry, type Manifest } from './exported-chain.ts'
import { type Run, runsOf, type SealedCount } from './runs.ts'
import { readStatement, statementHash } from './statement.ts'

/** Where an export comes from. */
export interface TrailSource {
  head(tenant: string): Promise<{ readonly number: number; readonly statement: string } | undefined>
  buried(tenant: string): Promise<ReadonlyMap<string, number>>
  /** How many events each month has by its seals, buried ones left out. */
  sealedEvents(tenant: string, upTo: number): Promise<ReadonlyMap<string, number>>
  seals(tenant: string, upTo: number): AsyncIterable<SealedCount>
  entries(tenant: string, from: number): AsyncIterable<ChainEntry>
  /** Texts of events, one a line. */
  lines(tenant: string, run: Run): Promise<string>
}

export interface TrailWish {
  readonly tenant: string
  /** First and last month whose events are wanted: `2026-01`. The chain comes whole. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  /** The last entry of the chain; its end when absent. Parts that are to fit together name the same. */
  readonly upTo?: number | undefined
}

/** A clinic's events with all that proves them, in parts that are streams of text. */
export class TrailExport {
  readonly manifest: Manifest
  readonly #source: TrailSource

  private constructor(source: TrailSource, manifest: Manifest) {
    this.#source = source
    this.manifest = manifest
  }

  /** Undefined when the clinic has no chain. */
  static async open(source: TrailSource, wish: TrailWish, now: Date): Promise<TrailExport | undefined> {
    const { tenant, since = '0000-00', until = '9999-99' } = wish
    const end = await source.head(tenant)
    if (end === undefined) return undefined
    const upTo = Math.min(wish.upTo ?? end.number, end.number)
    const buried = new Map(await source.buried(tenant))
    let events = 0
    for (const [month, count] of await source.sealedEvents(tenant, upTo))
      if (month < since || month > until) buried.set(month, leftOut)
      else events += count
    const statement = upTo === end.number ? end.statement : await statementOf(source, tenant, upTo)
    const manifest: Manifest = {
      tenant,
      installation: readStatement(statement).installation,
      exported: now.toISOString(),
      head: { number: upTo, hash: statementHash(statement) },
      events,
      buried: Object.fromEntries(buried),
    }
    return new TrailExport(source, manifest)
  }

  /** events.ndjson, some thousand lines at a time: the next ones are read while these are written. */
  async *events(): AsyncGenerator<string> {
    const { tenant } = this.manifest
    let reading: Promise<string> | undefined
    for await (const run of runsOf(this.#wanted())) {
      const next = this.#source.lines(tenant, run)
      // Whoever stops listening stops asking; what is on its way then may fail unseen.
      next.catch(() => undefined)
      if (reading !== undefined) yield await reading
      reading = next
    }
    if (reading !== undefined) yield await reading
  }

  async *#wanted(): AsyncGenerator<SealedCount> {
    const { tenant, head, buried } = this.manifest
    for await (const seal of this.#source.seals(tenant, head.number))
      if (seal.number > (buried[seal.month] ?? -1)) yield seal
  }

  async *csv(): AsyncGenerator<string> {
    yield csvHead
    for await (const lines of this.events()) yield csvOf(lines)
  }

  /** seals.ndjson */
  async *seals(): AsyncGenerator<string> {
    const { tenant, head, buried } = this.manifest
    for await (const entry of this.#source.entries(tenant, 0)) {
      if (entry.number > head.number) return
      const { ids: _, leaves: __, ...bare } = entry
      const without = entry.month !== undefined && buried[entry.month] === leftOut
      yield `${JSON.stringify(exportEntry(without ? bare : entry))}\n`
    }
  }
}

/** Of a month whose events were not asked for. */
const leftOut = Number.MAX_SAFE_INTEGER

export function csvOf(lines: string): string {
  let text = ''
  for (let from = 0, end = lines.indexOf('\n'); end !== -1; from = end + 1, end = lines.indexOf('\n', from))
    text += csvLine(lines.slice(from, end))
  return text
}

async function statementOf(source: TrailSource, tenant: string, number: number): Promise<string> {
  for await (const { statement } of source.entries(tenant, number)) return statement
  return ''
}

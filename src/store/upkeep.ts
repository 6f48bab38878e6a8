import pg from 'pg'
import { makeAuditPartitions } from './audit-partitions.ts'
import { connectAlone, outliveCuts } from './lone-connection.ts'
import { translateError } from './postgres-errors.ts'
import type { OutboxState } from './store.ts'
import type { UnfilledParameters } from './unfilled-parameters.ts'

export interface UpkeepOptions {
  readonly url: string
  readonly onFault: (sentence: string, cause: unknown) => void
}

/** How soon a server notices that a parameter has been filled, or is to be filled again. */
const lookEvery = 10_000
const tidyEvery = 3600_000
/** Long enough for any consumer to come back after an outage over the holidays. */
const keepOutbox = '7 days'
/** A statement's worth: short enough to hold nobody up. */
const sweepRows = 5_000

/** What the server does for its tables beside its requests, across clinics; any number of servers may do it at once. */
export class Upkeep implements UnfilledParameters {
  unfilled: ReadonlySet<string> = new Set()
  readonly #options: UpkeepOptions
  readonly #pool: pg.Pool
  readonly #timers: NodeJS.Timeout[] = []
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: 1,
      idleTimeoutMillis: 2_000,
      connectionTimeoutMillis: 5_000,
      application_name: 'almanac upkeep',
      options: '-c role=almanac_upkeep -c statement_timeout=60000',
    })
    this.#pool.on('error', () => undefined)
    this.#pool.on('connect', outliveCuts)
  }

  start(): void {
    this.#every(lookEvery, 'Looking for parameters to be filled failed', () => this.#look())
    this.#every(tidyEvery, 'Tidying the tables failed', () => this.tidy(new Date()))
  }

  /** Now, when the server opens: its first search must know. */
  async look(): Promise<void> {
    await this.#look()
  }

  /** Next months' partitions, and the outbox's old rows. */
  async tidy(now: Date): Promise<void> {
    const owner = await connectAlone({ connectionString: this.#options.url })
    try {
      await owner.query(`set lock_timeout = '5s'`)
      const { rows } = await owner.query<{ mine: boolean }>(`select pg_try_advisory_lock(8461246173) as mine`)
      if (rows[0]?.mine === true) await makeAuditPartitions(owner, now)
    } finally {
      await owner.end()
    }
    await this.sweepOutbox(now)
  }

  async sweepOutbox(now: Date): Promise<void> {
    for (let swept = sweepRows; swept === sweepRows; ) {
      const answer = await this.#pool.query(
        `delete from outbox where number in (select number from outbox order by number limit $1)
           and created < $2::timestamptz - interval '${keepOutbox}'`,
        [sweepRows, now.toISOString()],
      )
      swept = answer.rowCount ?? 0
    }
  }

  /** By the ends of its numbers: to count millions of rows for a gauge would cost more than the gauge is worth. */
  async outbox(): Promise<OutboxState> {
    try {
      const { rows } = await this.#pool.query<{ rows: string; oldest: Date | null }>(
        `select coalesce((select max(number) from outbox) - (select min(number) from outbox) + 1, 0) as rows,
                (select created from outbox order by number limit 1) as oldest`,
      )
      const { rows: count = '0', oldest = null } = rows[0] ?? {}
      return { rows: Number(count), ...(oldest === null ? {} : { oldest }) }
    } catch (error) {
      throw translateError(error)
    }
  }

  async run<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#pool.query<Row>(text, [...values])).rows
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#running
    await this.#pool.end()
  }

  async #look(): Promise<void> {
    const { rows } = await this.#pool.query<{ type: string; parameter: string }>(
      'select type, parameter from reindex',
    )
    this.unfilled = new Set(rows.map(({ type, parameter }) => `${type}.${parameter}`))
  }

  #every(pause: number, sentence: string, work: () => Promise<void>): void {
    const run = () => {
      this.#running = this.#running.then(work).catch((error) => this.#options.onFault(sentence, error))
    }
    this.#timers.push(setInterval(run, pause).unref())
  }
}

import pg from 'pg'
import { translateError } from './postgres-errors.ts'
import { PreparedNames } from './prepared-names.ts'
import type { Statement } from './run.ts'

export interface ConnectionOptions {
  readonly url: string
  readonly size: number
  /** Milliseconds to wait for a free connection, and for a new one to be made. */
  readonly connectTimeout: number
  /** Milliseconds. */
  readonly statementTimeout: number
  readonly onIdleError: (error: Error) => void
  /** Any of them, whatever it was doing. */
  readonly onLost: () => void
}

/** The server's connections: each works as the role almanac_server, for one clinic at a time. */
export class Connections {
  readonly #pool: pg.Pool
  readonly #held = new WeakMap<pg.PoolClient, Connection>()

  constructor(options: ConnectionOptions) {
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.size,
      connectionTimeoutMillis: options.connectTimeout,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      // Statements are sent without waiting for the answer to the one before: BEGIN, the clinic, COMMIT cost no round trip.
      pipeline: true,
      application_name: 'almanac',
      options: [
        '-c role=almanac_server',
        `-c statement_timeout=${options.statementTimeout}`,
        '-c idle_in_transaction_session_timeout=60000',
        '-c jit=off',
        // What is prepared is planned once for all values: left to choose, PostgreSQL plans a search by identifier anew
        // each time, since for the one value it knows it promises itself less work than it must assume for any.
        '-c plan_cache_mode=force_generic_plan',
      ].join(' '),
    } as pg.PoolConfig)
    this.#pool.on('error', options.onIdleError)
    // Cut in the moment between being made and being lent out, when nobody else listens: it would end the process.
    this.#pool.on('connect', (client) => client.on('error', options.onLost))
  }

  async acquire(tenant: string): Promise<Connection> {
    let client: pg.PoolClient
    try {
      client = await this.#pool.connect()
    } catch (error) {
      throw translateError(error)
    }
    let connection = this.#held.get(client)
    if (connection === undefined) {
      connection = new Connection(client)
      this.#held.set(client, connection)
    }
    connection.enter(tenant)
    return connection
  }

  /** One statement by itself. Errors are PostgreSQL's own: callers look at them before they are translated. */
  async run<Row extends object>(tenant: string, statement: Statement): Promise<readonly Row[]> {
    const connection = await this.acquire(tenant)
    try {
      return await connection.run<Row>(statement)
    } finally {
      connection.release()
    }
  }

  /** For tables that belong to no clinic. */
  async runGlobal<Row extends object>(statement: Statement): Promise<readonly Row[]> {
    return this.run('', statement)
  }

  get stats() {
    return {
      poolTotal: this.#pool.totalCount,
      poolIdle: this.#pool.idleCount,
      poolWaiting: this.#pool.waitingCount,
    }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}

export class Connection {
  readonly #client: pg.PoolClient
  readonly #names = new PreparedNames()
  #tenant: string | undefined
  #entering: Promise<unknown> | undefined
  #broken = false

  constructor(client: pg.PoolClient) {
    this.#client = client
    // While it is lent out the pool does not listen, and its end would end the process.
    client.on('error', () => {
      this.#broken = true
    })
  }

  /** Sent ahead of the first statement; row level security holds the connection to this clinic from then on. */
  enter(tenant: string): void {
    if (this.#tenant === tenant) return
    this.#tenant = undefined
    this.#entering = this.#client
      .query({ name: 'tenant', text: `select set_config('almanac.tenant', $1, false)`, values: [tenant] })
      .then(() => {
        this.#tenant = tenant
        this.#entering = undefined
      })
    // Its failure is that of the statement that waits for it.
    this.#entering.catch(() => {
      this.#broken = true
    })
  }

  async run<Row extends object>({ text, values, prepared = true }: Statement): Promise<readonly Row[]> {
    const { name, dropped } = prepared ? this.#names.nameOf(text) : {}
    if (dropped !== undefined) this.#forget(dropped)
    const query = { text, values: values as unknown[], ...(name === undefined ? {} : { name }) }
    if (!prepared) this.#plan('force_custom_plan')
    const answer = this.#ask<Row>(query)
    if (!prepared) this.#plan('force_generic_plan')
    if (this.#entering !== undefined) {
      const [, result] = await Promise.all([this.#entering, answer])
      return result.rows
    }
    return (await answer).rows
  }

  /** In a transaction that failed the mode falls back by itself. */
  #plan(mode: 'force_custom_plan' | 'force_generic_plan'): void {
    this.#client.query(`set plan_cache_mode = ${mode}`).catch(() => undefined)
  }

  /** BEGIN, COMMIT, ROLLBACK; answers with PostgreSQL's word for what it did. */
  async command(text: string): Promise<string> {
    return (await this.#ask({ text })).command
  }

  /**
   * By callback: what pg's own promises have touched outlives a collection of young garbage, each query holding the next, and was
   * collected with the old (docs/decisions/0035-fewer-survivors.md).
   */
  #ask<Row extends object>(query: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    return new Promise((resolve, reject) => {
      this.#client.query<Row>(query, (error, result) => {
        if (error) reject(error)
        else resolve(result)
      })
    })
  }

  /** `broken`: its state is unknown, so nobody else gets it. */
  release(broken = false): void {
    this.#client.release(broken || this.#broken)
  }

  #forget(name: string): void {
    const { connection } = this.#client as unknown as {
      connection: { parsedStatements: Record<string, string> }
    }
    delete connection.parsedStatements[name]
    this.#client.query(`deallocate ${name}`).catch(() => undefined)
  }
}

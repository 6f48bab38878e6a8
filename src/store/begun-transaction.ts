import type { Connection, Connections } from './connections.ts'
import type { Statement } from './run.ts'

/** What PostgreSQL knows of a transaction: one connection, from the first statement on that must hold something. */
export class BegunTransaction {
  readonly #connections: Connections
  readonly #tenant: string
  /** Settled when a connection is held; BEGIN is then on its way. */
  #connection: Promise<Connection> | undefined

  constructor(connections: Connections, tenant: string) {
    this.#connections = connections
    this.#tenant = tenant
  }

  get isBegun(): boolean {
    return this.#connection !== undefined
  }

  /** Begins, unless that is done. */
  async run<Row extends object>(statement: Statement): Promise<readonly Row[]> {
    this.#connection ??= this.#begin()
    const connection = await this.#connection
    return connection.run<Row>(statement)
  }

  /** COMMIT goes out right behind the last statement; should that fail, PostgreSQL makes it a ROLLBACK. */
  async commit(last: Statement | undefined): Promise<void> {
    const connection = await this.#connection
    if (connection === undefined) throw new Error('Nothing was begun')
    const sent = last === undefined ? undefined : connection.run(last)
    const ended = connection.command('commit')
    const [written, committed] = await Promise.allSettled([sent, ended])
    this.#connection = undefined
    connection.release(committed.status === 'rejected')
    if (written.status === 'rejected') throw written.reason
    if (committed.status === 'rejected') throw committed.reason
    if (committed.value !== 'COMMIT')
      throw new Error('A statement of this transaction had failed, so PostgreSQL kept nothing of it')
  }

  /** Never throws: what went wrong is already on its way to the caller. */
  async rollBack(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined)
    if (connection === undefined) return
    this.#connection = undefined
    try {
      await connection.command('rollback')
      connection.release()
    } catch {
      connection.release(true)
    }
  }

  /** Not awaited: the statement behind it goes out at once, and tells when it failed. */
  async #begin(): Promise<Connection> {
    const connection = await this.#connections.acquire(this.#tenant)
    connection.command('begin').catch(() => undefined)
    return connection
  }
}

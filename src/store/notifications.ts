import pg from 'pg'

export interface NotificationListener {
  /** Somebody told this, in whichever process, and it is committed. */
  told(payload: string): void
  /** From now on nothing is missed; what was told before is unknown. */
  connected?(): void
  /** Until connected again things may be missed. */
  lost?(): void
}

export interface NotificationOptions {
  readonly url: string
  readonly onFault: (sentence: string, cause: unknown) => void
}

const firstPause = 200
const longestPause = 30_000

/**
 * What other processes tell by NOTIFY. One connection of its own for all channels, made when somebody first wants to
 * know.
 */
export class Notifications {
  readonly #options: NotificationOptions
  readonly #listeners = new Map<string, Set<NotificationListener>>()
  #line: pg.Client | undefined
  #connected = false
  #pause = firstPause
  #again: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: NotificationOptions) {
    this.#options = options
  }

  subscribe(channel: string, listener: NotificationListener): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    const first = listeners.size === 0
    this.#listeners.set(channel, listeners.add(listener))
    if (this.#line === undefined && this.#again === undefined) this.#connect()
    else if (this.#connected && this.#line !== undefined) this.#join(this.#line, channel, listener, first)
    return () => listeners.delete(listener)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#again)
    const line = this.#line
    this.#line = undefined
    await line?.end().catch(() => undefined)
  }

  #connect(): void {
    const line = new pg.Client({
      connectionString: this.#options.url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'almanac notifications',
    })
    this.#line = line
    line.on('error', (cause) => this.#lose(line, cause))
    line.on('end', () => this.#lose(line, undefined))
    line.on('notification', ({ channel, payload = '' }) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener.told(payload)
    })
    line
      .connect()
      .then(() => this.#listen(line))
      .catch((cause) => this.#lose(line, cause))
  }

  /** Channels that were asked for meanwhile are listened to as well. */
  async #listen(line: pg.Client): Promise<void> {
    const joined = new Set<string>()
    for (;;) {
      const channel = [...this.#listeners.keys()].find((one) => !joined.has(one))
      if (channel === undefined) break
      await line.query(`listen ${line.escapeIdentifier(channel)}`)
      joined.add(channel)
    }
    if (this.#line !== line) return
    this.#connected = true
    this.#pause = firstPause
    for (const listener of this.#everyone()) listener.connected?.()
  }

  #join(line: pg.Client, channel: string, listener: NotificationListener, first: boolean): void {
    const asked = first
      ? line.query(`listen ${line.escapeIdentifier(channel)}`).then(() => undefined)
      : Promise.resolve()
    asked.then(
      () => listener.connected?.(),
      (cause) => this.#lose(line, cause),
    )
  }

  #lose(line: pg.Client, cause: unknown): void {
    if (this.#stopped || this.#line !== line) return
    this.#line = undefined
    this.#connected = false
    line.end().catch(() => undefined)
    for (const listener of this.#everyone()) listener.lost?.()
    this.#options.onFault('The line that tells what other processes did was lost', cause)
    this.#again = setTimeout(() => {
      this.#again = undefined
      this.#connect()
    }, this.#pause).unref()
    this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  #everyone(): NotificationListener[] {
    return [...this.#listeners.values()].flatMap((listeners) => [...listeners])
  }
}

import {
  buildEntries,
  type ChainEntry,
  type ChainHead,
  type PendingMonth,
  type SealRange,
} from './build-entries.ts'
import type { SealingKey } from './sealing-key.ts'

export interface SealerParts {
  readonly installation: string
  /** Adds to the chains; undefined while another server is at it. */
  readonly seal: (
    most: number,
    build: (
      pending: readonly PendingMonth[],
      heads: readonly ChainHead[],
      range: SealRange,
    ) => readonly ChainEntry[],
  ) => Promise<readonly ChainEntry[] | undefined>
  readonly keys: { current(): SealingKey; keyOf(kid: string): SealingKey | undefined }
  readonly clock: () => Date
  /** Told what was sealed: witnesses, metrics. */
  readonly onSealed: (entries: readonly ChainEntry[]) => void
  readonly onFault: (cause: unknown) => void
}

/** An event waits half of it on average, and two seconds are promised. */
const every = 1_000
/** About 3 ms of hashing here; the events' own hashes are PostgreSQL's work. */
const most = 2_000

/** Runs in every server; the database's lock lets one of them seal at a time. */
export class Sealer {
  readonly #parts: SealerParts
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(parts: SealerParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.#run()
    }, every)
    this.#timer.unref()
  }

  /** All that is committed when it begins; false when another server was at it. */
  async sealAll(): Promise<boolean> {
    const { installation, seal, keys, clock, onSealed } = this.#parts
    const context = { installation, key: keys.current(), keyOf: (kid: string) => keys.keyOf(kid) }
    for (let whole = false; !whole; ) {
      whole = true
      const entries = await seal(most, (pending, heads, range) => {
        whole = range.whole
        return buildEntries(pending, heads, range, { ...context, now: clock() })
      })
      if (entries === undefined) return false
      if (entries.length > 0) onSealed(entries)
    }
    return true
  }

  /** What is committed by now is sealed before it ends, if the database lets it. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#round
    await this.#try()
  }

  async #run(): Promise<void> {
    await this.#try()
    if (!this.#stopped) this.start()
  }

  async #try(): Promise<void> {
    try {
      await this.sealAll()
    } catch (cause) {
      this.#parts.onFault(cause)
    }
  }
}

import type { Fault } from './fault.ts'
import { statementHash } from './statement.ts'
import { type ChainSource, type KnownHead, verifyChain } from './verify-chain.ts'
import { ChainWalk, type TrustedKeys } from './verify-entry.ts'
import { verifyEvents } from './verify-events.ts'

export interface WatchParts {
  /** Opened for each look, closed by the watch. */
  readonly open: () => Promise<ChainSource & AsyncDisposable & { tenants(): Promise<readonly string[]> }>
  readonly keys: () => TrustedKeys
  readonly known: (tenant: string) => KnownHead | undefined
  readonly clock: () => Date
  /** Told once for each fault. */
  readonly onBroken: (fault: Fault) => void
  readonly onFault: (cause: unknown) => void
}

const every = 60_000
/** All of it again: what was sealed long ago may be changed today. */
const wholeEvery = 24 * 3600_000

/** The server looks after its own log: what is new each minute, all of it once a day. */
export class Watch {
  readonly #parts: WatchParts
  readonly #walks = new Map<string, ChainWalk>()
  readonly #told = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #stopped = false
  #wholeAt: number

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#wholeAt = parts.clock().getTime() + wholeEvery
  }

  /** Faults found so far. */
  get broken(): number {
    return this.#told.size
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.#run()
    }, every)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#round
  }

  /** Entries since the last look; a server that has just started begins where the last one ended. */
  async look(): Promise<void> {
    await using source = await this.#parts.open()
    for (const tenant of await source.tenants()) await this.#lookAt(source, tenant)
  }

  async lookAtAll(): Promise<void> {
    await using source = await this.#parts.open()
    const { keys, known, clock } = this.#parts
    for (const tenant of await source.tenants()) {
      const verdict = await verifyChain(source, tenant, { keys: keys(), known: known(tenant), now: clock() })
      for (const fault of verdict.faults) this.#tell(fault)
    }
  }

  async #lookAt(source: ChainSource, tenant: string): Promise<void> {
    let walk = this.#walks.get(tenant)
    if (walk === undefined) {
      walk = new ChainWalk(tenant, this.#parts.keys())
      walk.resume(this.#parts.known(tenant))
      this.#walks.set(tenant, walk)
    }
    const buried = await source.buried(tenant)
    // The entry last seen is looked at again: were it gone, the end would have been cut off.
    let last = walk.number < 0
    for await (const entry of source.entries(tenant, Math.max(0, walk.number))) {
      if (entry.number === walk.number && !last) {
        last = statementHash(entry.statement) === walk.hash
        continue
      }
      const { faults, statement } = walk.check(entry)
      for (const fault of faults) this.#tell(fault)
      if (statement?.kind === 'seal' && entry.number > (buried.get(statement.month) ?? -1))
        for (const fault of await verifyEvents(source, entry, statement, walk.sealedBefore)) this.#tell(fault)
    }
    if (last) return
    const sentence = `Entry ${walk.number} of the chain is gone or another: its end was cut off or rewritten.`
    this.#tell({ kind: 'truncated', tenant, entry: walk.number, sentence })
  }

  async #run(): Promise<void> {
    try {
      await this.look()
      const now = this.#parts.clock().getTime()
      if (now >= this.#wholeAt) {
        this.#wholeAt = now + wholeEvery
        await this.lookAtAll()
      }
    } catch (cause) {
      this.#parts.onFault(cause)
    }
    if (!this.#stopped) this.start()
  }

  #tell(fault: Fault): void {
    const key = `${fault.tenant} ${fault.kind} ${fault.entry} ${fault.event}`
    if (this.#told.has(key) || this.#told.size >= mostTold) return
    this.#told.add(key)
    this.#parts.onBroken(fault)
  }
}

/** Who has been told of so many will not be helped by more. */
const mostTold = 1_000

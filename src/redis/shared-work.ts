import { type Job, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'

export interface SharedWorkOptions<Task> {
  readonly url: string
  readonly name: string
  /** What all servers together do in a second at most. */
  readonly perSecond: number
  /** At once, by this server. */
  readonly atOnce: number
  /** Under one key a task that still waits, or is being done, is not taken a second time. Letters, digits, `-` and `_`. */
  readonly keyOf: (task: Task) => string
  readonly work: (task: Task) => Promise<void>
  readonly onFault: (sentence: string, cause: unknown) => void
}

/** A Redis that has just gone away holds up nobody for longer. */
const patience = 5_000
/** What ioredis says of a connection that was lost. */
const away = new Set(['close', 'reconnecting', 'end'])

/**
 * A queue that servers do the work of together. What is to be done is kept elsewhere and handed in again until it is done, so nothing is lost
 * with Redis; while it does not answer each server does by itself what it would have handed in. Work must bear to be begun twice.
 */
export class SharedWork<Task extends object> implements AsyncDisposable {
  readonly #options: SharedWorkOptions<Task>
  readonly #asks: Redis
  readonly #waits: Redis
  readonly #queue: Queue<Task, void, string, Task, void, string>
  readonly #worker: Worker<Task, void>

  constructor(options: SharedWorkOptions<Task>) {
    const { url, name, perSecond, atOnce, work, onFault } = options
    this.#options = options
    this.#asks = new Redis(url, { maxRetriesPerRequest: null, commandTimeout: patience })
    // This one waits for work as long as there is none.
    this.#waits = new Redis(url, { maxRetriesPerRequest: null })
    const prefix = 'almanac'
    this.#queue = new Queue(name, { connection: this.#asks, prefix })
    this.#worker = new Worker(name, ({ data }: Job<Task>) => work(data), {
      ...{ connection: this.#waits, prefix, concurrency: atOnce },
      limiter: { max: perSecond, duration: 1_000 },
      ...{ removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } },
    })
    this.#queue.on('error', (cause) => onFault('Redis does not answer', cause))
    this.#worker.on('error', (cause) => onFault('Redis does not answer', cause))
    this.#worker.on('failed', (_job, cause) => onFault('Work that servers share failed', cause))
  }

  async hand(task: Task): Promise<void> {
    const { name, keyOf, work } = this.#options
    if (away.has(this.#asks.status)) return work(task)
    try {
      await within(this.#queue.add(name, task, { jobId: keyOf(task) }))
    } catch {
      await work(task)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await within(this.#worker.close().then(() => this.#queue.close()))
    } catch {
      void this.#worker.close(true).catch(() => undefined)
    }
    this.#asks.disconnect()
    this.#waits.disconnect()
  }
}

async function within(work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('Redis does not answer')), patience)
  await Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

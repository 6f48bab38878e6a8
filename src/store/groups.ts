export interface GroupOptions<Item, Answer> {
  /** More in one group would hold the first ones up. */
  readonly most: number
  /** Groups of one key on their way together: the next one is built while the database works on the one before. */
  readonly atOnce: number
  /** One outcome an item, in their order; throwing is the outcome of all. */
  readonly send: (key: string, items: readonly Item[]) => Promise<readonly PromiseSettledResult<Answer>[]>
}

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: unknown) => void
}

interface Lane<Item, Answer> {
  waiting: Waiting<Item, Answer>[]
  /** Groups on their way, and those about to be made. */
  underWay: number
  sent: number
  /** Someone waits for a group to come back. */
  patience: boolean
}

/** Fewer are not divided, and do not go beside others. */
const smallestShare = 4
/** Milliseconds: a group that waits for a lock holds up its own alone. */
const longestPatience = 5

/**
 * Concurrent callers share one statement: what arrives together goes together, and while a group is on its way the next
 * one gathers. A lone caller is as quick as without it.
 */
export class Groups<Item, Answer> {
  readonly #options: GroupOptions<Item, Answer>
  readonly #lanes = new Map<string, Lane<Item, Answer>>()

  constructor(options: GroupOptions<Item, Answer>) {
    this.#options = options
  }

  join(key: string, item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lane = this.#lane(key)
      lane.waiting.push({ item, resolve, reject })
      if (lane.underWay >= this.#options.atOnce) return
      if (lane.underWay > 0 && lane.waiting.length < smallestShare) this.#sendSoon(key, lane)
      else this.#sendNext(key, lane)
    })
  }

  /** A few are taken along by whichever group comes back first: a statement of their own would cost nearly that of many. */
  #sendSoon(key: string, lane: Lane<Item, Answer>): void {
    if (lane.patience) return
    lane.patience = true
    setTimeout(() => {
      lane.patience = false
      if (lane.waiting.length > 0 && lane.underWay < this.#options.atOnce) this.#sendNext(key, lane)
    }, longestPatience)
  }

  #sendNext(key: string, lane: Lane<Item, Answer>): void {
    lane.underWay++
    // After all the requests that have already reached this process.
    setImmediate(() => void this.#sendWaiting(key, lane))
  }

  #lane(key: string): Lane<Item, Answer> {
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      lane = { waiting: [], underWay: 0, sent: 0, patience: false }
      this.#lanes.set(key, lane)
    }
    return lane
  }

  async #sendWaiting(key: string, lane: Lane<Item, Answer>): Promise<void> {
    while (lane.waiting.length > 0) {
      const group = lane.waiting.splice(0, this.#share(lane))
      lane.sent++
      await this.#send(key, group)
      lane.sent--
    }
    lane.underWay--
    if (lane.underWay === 0) this.#lanes.delete(key)
  }

  /**
   * Evenly over the groups that may still go, so that answers come back one group after the other: were all in one, this
   * process would have nothing to do until it is written, and the database nothing until all are answered.
   */
  #share({ waiting, sent }: Lane<Item, Answer>): number {
    const { most, atOnce } = this.#options
    return Math.min(most, Math.max(smallestShare, Math.ceil(waiting.length / (atOnce - sent))))
  }

  async #send(key: string, group: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const outcomes = await this.#options.send(
        key,
        group.map(({ item }) => item),
      )
      group.forEach(({ resolve, reject }, at) => {
        const outcome = outcomes[at]
        if (outcome?.status === 'fulfilled') resolve(outcome.value)
        else reject(outcome?.reason ?? new Error('A group was answered in part'))
      })
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}

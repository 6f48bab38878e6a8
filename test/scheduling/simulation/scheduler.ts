import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from './random.ts'

type Wake = () => void

/**
 * Lets one request at a time take one step, which one the seed decides. A step is a statement of the database: who waits
 * there for a lock counts as blocked, and another takes a step.
 */
export class Scheduler {
  readonly #random: Random
  readonly #countBlocked: () => Promise<number>
  readonly #waiting = new Map<number, Wake>()
  readonly #running = new Set<number>()
  /** What was decided, for whoever replays. */
  readonly steps: number[] = []

  constructor(random: Random, countBlocked: () => Promise<number>) {
    this.#random = random
    this.#countBlocked = countBlocked
  }

  /** Before each statement. */
  gate(task: number): Promise<void> {
    return new Promise((resolve) => {
      this.#running.delete(task)
      this.#waiting.set(task, resolve)
    })
  }

  async run(tasks: readonly ((task: number) => Promise<void>)[]): Promise<void> {
    const all = tasks.map(async (work, task) => {
      this.#running.add(task)
      await this.gate(task)
      await work(task)
      this.#running.delete(task)
    })
    while (this.#waiting.size + this.#running.size > 0) {
      await this.#settle()
      const ready = [...this.#waiting.keys()].sort((a, b) => a - b)
      if (ready.length === 0) continue
      const task = this.#random.pick(ready)
      this.steps.push(task)
      const wake = this.#waiting.get(task) as Wake
      this.#waiting.delete(task)
      this.#running.add(task)
      wake()
    }
    await Promise.all(all)
  }

  /** Until all that run are at a gate, at their end, or blocked by one of those. */
  async #settle(): Promise<void> {
    for (let look = 0; this.#running.size > 0; look++) {
      await pause(look < 3 ? 0 : 1)
      if (look > 2 && this.#waiting.size > 0 && (await this.#countBlocked()) >= this.#running.size) return
    }
  }
}

/** Twice within the two seconds that a search may lag behind. */
const pause = 900

export interface Sweeper extends AsyncDisposable {
  /** Now, rather than in a moment. */
  sweep(): Promise<void>
}

/** One after the other, however long one takes; a failure is told and does not end it. */
export function startSweeper(
  work: () => Promise<unknown>,
  onFault: (cause: unknown) => void,
  every = pause,
): Sweeper {
  let running: Promise<void> = Promise.resolve()
  let waiting = false
  const sweep = () => {
    if (!waiting) {
      waiting = true
      running = running.then(async () => {
        waiting = false
        await work()
      })
      running = running.catch(onFault)
    }
    return running
  }
  const timer = setInterval(() => void sweep(), every).unref()
  return {
    sweep,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}

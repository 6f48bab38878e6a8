export interface SealedCount {
  readonly number: number
  readonly month: string
  readonly count: number
}

/** Seals of one month, from the first to the last, and which of the events of each: from 1. */
export interface Run {
  readonly month: string
  readonly first: number
  readonly last: number
  readonly from: number
  readonly to: number
}

/** Some megabytes. */
const most = 2_000

/** What is read at a time: many small seals together, a large one in pieces. */
export async function* runsOf(seals: AsyncIterable<SealedCount>): AsyncGenerator<Run> {
  let run: Run | undefined
  let events = 0
  for await (const { number, month, count } of seals) {
    if (run !== undefined && (run.month !== month || events + count > most)) {
      yield run
      run = undefined
    }
    if (run === undefined) events = 0
    for (let from = 1; count > most && from <= count; from += most)
      yield { month, first: number, last: number, from, to: from + most - 1 }
    if (count > most) continue
    run = { month, first: run?.first ?? number, last: number, from: 1, to: most }
    events += count
  }
  if (run !== undefined) yield run
}

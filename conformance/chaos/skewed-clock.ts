/** Loaded before a server: its clock goes wrong by so many minutes, and nobody tells it. */
const wrong = Number(process.env.CLOCK_WRONG_BY ?? 0) * 60_000
const { now } = Date

class SkewedDate extends Date {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(now() + wrong)
    else super(...(given as [number]))
  }

  static override now(): number {
    return now() + wrong
  }
}

globalThis.Date = SkewedDate as DateConstructor

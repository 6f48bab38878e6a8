/**
 * The rule for hours, read aloud: walk through time minute by minute, look at the clock on the wall, and count. It knows
 * nothing of Temporal, transitions or intervals: the clock is that of `Date` in a process whose zone is the clinic's.
 */
export interface DailyHours {
  /** Minutes after midnight; more than 1440 for hours that go on past midnight. */
  readonly start: number
  readonly end: number
  /** Date.getDay(): 0 is Sunday. */
  readonly days: readonly number[]
}

const minute = 60_000

/** Starts of the slots that begin in [from, to), both on full minutes. */
export function slotsByTheClock(hours: DailyHours, length: number, from: number, to: number): number[] {
  const slots: number[] = []
  // What the hours of the day before began may still run.
  const early = from - 36 * 60 * minute
  let session: number | undefined
  let begun = 0
  for (let now = early; now <= to + length * minute; now += minute) {
    const current = sessionAt(hours, now)
    if (current !== session) {
      session = current
      begun = now
    }
    // A slot is there as soon as its last minute has gone by in one and the same session.
    if (session === undefined || (now + minute - begun) % (length * minute) !== 0) continue
    const start = now + minute - length * minute
    if (start >= from && start < to) slots.push(start)
  }
  return slots
}

/** The day, counted, whose hours the clock shows now. */
function sessionAt({ start, end, days }: DailyHours, now: number): number | undefined {
  const wall = now - new Date(now).getTimezoneOffset() * minute
  const date = Math.floor(wall / (1440 * minute))
  for (const day of [date, date - 1]) {
    const shown = (wall - day * 1440 * minute) / minute
    if (shown >= start && shown < end && days.includes((((day + 4) % 7) + 7) % 7)) return day
  }
  return undefined
}

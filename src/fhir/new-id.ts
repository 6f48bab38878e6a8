import { randomInt, randomUUIDv7 } from 'node:crypto'

/**
 * UUIDv7 in the order in which this process asked, also within a millisecond: twelve bits count there (RFC 9562, 6.2,
 * method 1). So events of one request read in the order in which things happened.
 */
export function newId(): string {
  const made = randomUUIDv7()
  const millisecond = made.slice(0, millisecondEnd)
  // A clock that was set back goes on within the last millisecond, and so does one whose count is used up.
  if (millisecond > last.millisecond) last = { millisecond, count: randomInt(firstCounts) }
  else if (last.count < mostCount) last.count++
  else last = { millisecond: nextMillisecond(last.millisecond), count: 0 }
  return `${last.millisecond}-7${last.count.toString(16).padStart(3, '0')}${made.slice(randomStart)}`
}

let last = { millisecond: '', count: 0 }

/** `01234567-89ab` of `01234567-89ab-7ccc-…`. */
const millisecondEnd = 13
const randomStart = 18
const mostCount = 0xfff
/** Starts anywhere in the lower half, so that an id tells little of how many there were. */
const firstCounts = 0x800

function nextMillisecond(millisecond: string): string {
  const next = (Number.parseInt(millisecond.replace('-', ''), 16) + 1).toString(16).padStart(12, '0')
  return `${next.slice(0, 8)}-${next.slice(8)}`
}

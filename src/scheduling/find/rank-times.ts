import type { FindWish } from './find-wish.ts'
import { practitionerOf } from './fits-wish.ts'
import type { FoundTime } from './found-time.ts'

/** How many are offered in all. */
export function countTimes(found: readonly FoundTime[], { rotate }: FindWish): number {
  return rotate ? new Set(found.map(({ start }) => start)).size : found.length
}

/** Those among which the first so many are: numbers alone are sorted in a tenth of the time. */
export function narrowTimes(
  found: readonly FoundTime[],
  { near, rotate }: FindWish,
  most: number,
): readonly FoundTime[] {
  if (found.length <= most) return found
  const distances = new Float64Array(found.length)
  for (const [at, { start }] of found.entries()) distances[at] = distance(start, near)
  distances.sort()
  const counted = rotate ? distances.filter((one, at) => one !== distances[at - 1]) : distances
  const farthest = counted[most - 1]
  return farthest === undefined ? found : found.filter(({ start }) => distance(start, near) <= farthest)
}

/**
 * Earliest first, or nearest to the day of a follow-up. At one time: whoever is preferred, then whoever has least to do,
 * then a turn that changes from day to day, so that nobody is always first.
 */
export function rankTimes(found: readonly FoundTime[], wish: FindWish): readonly FoundTime[] {
  const { near, practitioners, rotate } = wish
  const preference = new Map(
    [...new Set(found.map(({ main }) => main))].map((main) => {
      const at = practitioners.indexOf(practitionerOf(main.of) ?? '')
      return [main, at === -1 ? practitioners.length : at] as const
    }),
  )
  const ranked = found.toSorted(
    (a, b) =>
      distance(a.start, near) - distance(b.start, near) ||
      a.start - b.start ||
      (preference.get(a.main) ?? 0) - (preference.get(b.main) ?? 0) ||
      a.load - b.load ||
      turn(a) - turn(b),
  )
  return rotate ? ranked.filter((one, at) => one.start !== ranked[at - 1]?.start) : ranked
}

function distance(start: number, near: number | undefined): number {
  return near === undefined ? start : Math.abs(start - near)
}

const day = 86_400_000

/** A number that is the same on every machine all day, and another one tomorrow. FNV-1a. */
function turn({ main, start }: FoundTime): number {
  let hash = 2166136261
  for (const sign of `${Math.floor(start / day)}${main.roster.schedule}`)
    hash = Math.imul(hash ^ sign.charCodeAt(0), 16777619)
  return hash >>> 0
}

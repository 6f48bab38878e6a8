import type { FindWish } from './find-wish.ts'
import { practitionerOf } from './fits-wish.ts'
import type { FoundTime } from './found-time.ts'

/**
 * Earliest first, or nearest to the day of a follow-up. At one time: whoever is preferred, then whoever has least to do,
 * then a turn that changes from day to day, so that nobody is always first.
 */
export function rankTimes(found: readonly FoundTime[], wish: FindWish): readonly FoundTime[] {
  const { near, practitioners, rotate } = wish
  const distance = (start: number) => (near === undefined ? start : Math.abs(start - near))
  const preference = new Map(
    [...new Set(found.map(({ main }) => main))].map((main) => {
      const at = practitioners.indexOf(practitionerOf(main.of) ?? '')
      return [main, at === -1 ? practitioners.length : at] as const
    }),
  )
  const ranked = found.toSorted(
    (a, b) =>
      distance(a.start) - distance(b.start) ||
      a.start - b.start ||
      (preference.get(a.main) ?? 0) - (preference.get(b.main) ?? 0) ||
      a.load - b.load ||
      turn(a) - turn(b),
  )
  return rotate ? ranked.filter((one, at) => one.start !== ranked[at - 1]?.start) : ranked
}

const day = 86_400_000

/** A number that is the same on every machine all day, and another one tomorrow. FNV-1a. */
function turn({ main, start }: FoundTime): number {
  let hash = 2166136261
  for (const sign of `${Math.floor(start / day)}${main.roster.schedule}`)
    hash = Math.imul(hash ^ sign.charCodeAt(0), 16777619)
  return hash >>> 0
}

/** Randomness that a name decides: the same case is made the same way in every run, whatever stands before it. */
export interface Random {
  /** 0 ≤ n < limit, whole. */
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  /** Up to `count` different ones, in their order. */
  sample<T>(list: readonly T[], count: number): readonly T[]
}

export function createRandom(seed: string): Random {
  let state = 2166136261
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 16777619)
  // Mulberry32: small, even enough for picking examples, and the same on every machine.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: (list) => {
      const picked = list[below(list.length)]
      if (picked === undefined) throw new RangeError('Nothing to pick from.')
      return picked
    },
    sample: (list, count) => {
      const left = list.map((_, index) => index)
      const picked: number[] = []
      while (picked.length < count && left.length > 0) picked.push(...left.splice(below(left.length), 1))
      return picked.sort((a, b) => a - b).flatMap((index) => list.slice(index, index + 1))
    },
  }
}

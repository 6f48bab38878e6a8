import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assign, type Edge } from '#scheduling/replan/assign.ts'

/** By trying every one. */
function leastCost(rows: readonly (readonly Edge[])[], places: readonly number[], left: number): number {
  const taken = places.map(() => 0)
  const go = (row: number): number => {
    const edges = rows[row]
    if (edges === undefined) return 0
    let least = left + go(row + 1)
    for (const { column, cost } of edges) {
      if ((taken[column] as number) >= (places[column] as number)) continue
      taken[column] = (taken[column] as number) + 1
      least = Math.min(least, cost + go(row + 1))
      taken[column] = (taken[column] as number) - 1
    }
    return least
  }
  return go(0)
}

const cost = fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 4 })

test('an assignment costs no more than the cheapest there is, and fills no column beyond its places', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cost, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 5, maxLength: 5 }),
      fc.constantFrom(5, 100),
      (costs, places, left) => {
        const rows = costs.map((row) =>
          row.flatMap((one, column) => (one === undefined ? [] : { column, cost: one })),
        )
        const chosen = assign(rows, places, left)
        for (const [column, most] of places.entries())
          expect(chosen.filter((one) => one?.column === column).length).toBeLessThanOrEqual(most)
        const total = chosen.reduce((sum, one) => sum + (one?.cost ?? left), 0)
        expect(total).toBe(leastCost(rows, places, left))
      },
    ),
    { numRuns: 1_000 },
  )
})

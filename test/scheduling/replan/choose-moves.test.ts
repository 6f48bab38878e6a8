import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Choice, chooseMoves } from '#scheduling/replan/choose-moves.ts'

/** A time with somebody: two that lie over each other cannot both be. */
interface Time extends Choice {
  readonly who: number
  readonly start: number
  readonly end: number
}

const meet = (a: Time, b: Time) => a.who === b.who && a.start < b.end && b.start < a.end

function meetings(chosen: readonly (Time | undefined)[]): number[][] {
  return chosen.flatMap((one, row) =>
    chosen.flatMap((other, at) => (at > row && one && other && meet(one, other) ? [[row, at]] : [])),
  )
}

/** The most that can have a place, and the least that costs. */
function bestOfAll(rows: readonly (readonly Time[])[]): { placed: number; cost: number } {
  let best = { placed: 0, cost: 0 }
  const go = (row: number, taken: readonly Time[], cost: number) => {
    const choices = rows[row]
    if (choices === undefined) {
      if (taken.length > best.placed || (taken.length === best.placed && cost < best.cost))
        best = { placed: taken.length, cost }
      return
    }
    go(row + 1, taken, cost)
    for (const one of choices)
      if (!taken.some((other) => meet(one, other))) go(row + 1, [...taken, one], cost + one.cost)
  }
  go(0, [], 0)
  return best
}

const time = fc.record({
  who: fc.integer({ min: 0, max: 1 }),
  start: fc.integer({ min: 0, max: 5 }),
  length: fc.integer({ min: 1, max: 2 }),
  cost: fc.integer({ min: 0, max: 20 }),
})

describe('who goes where', () => {
  test('is decided for all together: nobody finds a better plan by trying every one', () => {
    fc.assert(
      fc.property(fc.array(fc.array(time, { maxLength: 5 }), { minLength: 1, maxLength: 5 }), (drawn) => {
        const columns = new Map<string, number>()
        const rows = drawn.map((list) =>
          list.map(({ who, start, length, cost }, at): Time => {
            const key = `${who} ${start} ${length}`
            if (!columns.has(key)) columns.set(key, columns.size)
            return { who, start, end: start + length, cost, at, column: columns.get(key) as number }
          }),
        )
        const chosen = chooseMoves({ rows, places: [...columns].map(() => 1), meet, faults: meetings })
        expect(meetings(chosen)).toEqual([])
        const placed = chosen.filter((one) => one !== undefined)
        const cost = placed.reduce((sum, one) => sum + one.cost, 0)
        expect({ placed: placed.length, cost }).toEqual(bestOfAll(rows))
      }),
      { numRuns: 500 },
    )
  })

  test('a greedy choice would leave somebody without a time', () => {
    const slot = (start: number, cost: number, at: number): Time => ({
      who: 0,
      start,
      end: start + 1,
      cost,
      at,
      column: start,
    })
    const rows = [[slot(0, 1, 0), slot(1, 2, 1)], [slot(0, 1, 0)]]
    const chosen = chooseMoves({ rows, places: [1, 1], meet, faults: meetings })
    expect(chosen.map((one) => one?.start)).toEqual([1, 0])
  })

  test('many who meet one another all come out without meeting', () => {
    const rows = Array.from({ length: 60 }, () =>
      Array.from(
        { length: 60 },
        (_, at): Time => ({ who: at % 3, start: at, end: at + 4, cost: at, at, column: at }),
      ),
    )
    const chosen = chooseMoves({ rows, places: Array(60).fill(1), meet, faults: meetings })
    expect(meetings(chosen)).toEqual([])
    expect(chosen.filter(Boolean).length).toBeGreaterThan(20)
  })
})

import { assign, type Edge } from './assign.ts'
import { Nearest } from './nearest.ts'

export interface Choice extends Edge {
  /** Its place in its row. */
  readonly at: number
}

export type Chosen = readonly (Choice | undefined)[]

export interface MovesToChoose<One extends Choice> {
  /** What each may choose from. */
  readonly rows: readonly (readonly One[])[]
  readonly places: readonly number[]
  /** Whether two cannot both be, whatever else is; what needs more of them to be too many shows as a fault. */
  readonly meet: (one: One, other: One) => boolean
  /** Rows of which at least one cannot stay where it is: they meet, or a rule speaks against one. */
  readonly faults: (chosen: readonly (One | undefined)[]) => readonly (readonly number[])[]
}

/** So few are tried out in all ways; of more, whoever meets another is sent on, which may miss the very best. */
const mostExact = 12
const mostTried = 400
const mostRounds = 30
/** Rows times rounds: each round is an assignment of all. */
const mostSolved = 2_000

/** The cheapest choice in which as many as can be have a place and nothing is at fault. */
export function chooseMoves<One extends Choice>(moves: MovesToChoose<One>): readonly (One | undefined)[] {
  const dearest = moves.rows.flat().reduce((most, { cost }) => Math.max(most, cost), 0)
  // One more who has a place is worth any way for all others.
  const left = dearest * (moves.rows.length + 1) + 1
  const solve = (forbidden: ReadonlySet<string>) => {
    const touched = new Set([...forbidden].map((choice) => Number(choice.slice(0, choice.indexOf(' ')))))
    const rows = moves.rows.map((row, at) =>
      touched.has(at) ? row.filter((one) => !forbidden.has(`${at} ${one.at}`)) : row,
    )
    return assign(rows, moves.places, left) as readonly (One | undefined)[]
  }
  const exact = moves.rows.length <= mostExact ? tryOut(moves, solve, left) : undefined
  return exact ?? sendOn(moves, solve)
}

/** Branch and bound: without what forbids it no choice is dearer, so the first without fault is the best. */
function tryOut<One extends Choice>(
  { faults }: MovesToChoose<One>,
  solve: (forbidden: ReadonlySet<string>) => readonly (One | undefined)[],
  left: number,
): readonly (One | undefined)[] | undefined {
  const tries: { readonly forbidden: ReadonlySet<string>; readonly chosen: readonly (One | undefined)[] }[] =
    []
  const seen = new Set<string>()
  const open = new Nearest()
  const add = (forbidden: ReadonlySet<string>) => {
    const key = [...forbidden].sort().join()
    if (seen.has(key)) return
    seen.add(key)
    const chosen = solve(forbidden)
    open.push(
      tries.length,
      chosen.reduce((sum, one) => sum + (one?.cost ?? left), 0),
    )
    tries.push({ forbidden, chosen })
  }
  add(new Set())
  for (let next = open.pop(); next !== undefined && tries.length < mostTried; next = open.pop()) {
    const { forbidden, chosen } = tries[next.id] as (typeof tries)[number]
    const [first] = faults(chosen)
    if (first === undefined) return chosen
    for (const row of first) add(new Set([...forbidden, `${row} ${chosen[row]?.at}`]))
  }
  return undefined
}

function sendOn<One extends Choice>(
  moves: MovesToChoose<One>,
  solve: (forbidden: ReadonlySet<string>) => readonly (One | undefined)[],
): readonly (One | undefined)[] {
  const { rows, faults } = moves
  const forbidden = new Set<string>()
  let chosen = solve(forbidden)
  const rounds = Math.min(mostRounds, Math.ceil(mostSolved / rows.length))
  for (let round = 0; round < rounds + mostRounds; round++) {
    const found = faults(chosen)
    if (found.length === 0) return chosen
    for (const row of new Set(found.map((some) => dearestOf(some, chosen))))
      forbidden.add(`${row} ${chosen[row]?.at}`)
    chosen = round < rounds ? solve(forbidden) : fill(moves, chosen, forbidden)
  }
  const away = new Set(faults(chosen).flat())
  return chosen.map((one, row) => (away.has(row) ? undefined : one))
}

/** Whoever meets nobody stays, the others take what is best of what is left, one after the other. */
function fill<One extends Choice>(
  { rows, meet }: MovesToChoose<One>,
  chosen: readonly (One | undefined)[],
  forbidden: ReadonlySet<string>,
): readonly (One | undefined)[] {
  const kept = new Map<number, One>()
  const fits = (row: number, one: One | undefined): one is One =>
    one !== undefined &&
    !forbidden.has(`${row} ${one.at}`) &&
    ![...kept.values()].some((other) => meet(one, other))
  const inTurn = [...rows.keys()].toSorted((a, b) => (chosen[a]?.cost ?? 0) - (chosen[b]?.cost ?? 0) || a - b)
  for (const row of inTurn) {
    const one = chosen[row]
    if (fits(row, one)) kept.set(row, one)
  }
  for (const row of inTurn) {
    if (kept.has(row)) continue
    const one = rows[row]?.find((choice) => fits(row, choice))
    if (one !== undefined) kept.set(row, one)
  }
  return rows.map((_, row) => kept.get(row))
}

function dearestOf(rows: readonly number[], chosen: Chosen): number {
  return rows.reduce((most, row) => ((chosen[row]?.cost ?? 0) >= (chosen[most]?.cost ?? 0) ? row : most))
}

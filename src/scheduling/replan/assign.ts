import { Nearest } from './nearest.ts'

export interface Edge {
  readonly column: number
  readonly cost: number
}

/**
 * Min-cost assignment of rows to columns with places, by shortest augmenting paths over reduced costs (Jonker and
 * Volgenant's way, over sparse rows). A row may stay without a column for the price of `left`. Answers with each row's
 * edge; undefined: left. Costs are whole numbers, 0 or more, so that sums are exact.
 */
export function assign(
  rows: readonly (readonly Edge[])[],
  places: readonly number[],
  left: number,
): readonly (Edge | undefined)[] {
  const own = places.length
  // Behind the real columns each row has one of its own: to be left.
  const count = own + rows.length
  const edges = rows.map((row, at) => [...row, { column: own + at, cost: left }])
  const rowPrice = new Float64Array(rows.length)
  const columnPrice = new Float64Array(count)
  const chosen: (Edge | undefined)[] = rows.map(() => undefined)
  const inside: number[][] = Array.from({ length: count }, () => [])
  const distance = new Float64Array(count)
  const via = new Int32Array(count)
  const viaEdge: (Edge | undefined)[] = Array.from({ length: count })
  const settled = new Uint8Array(count)

  for (let source = 0; source < rows.length; source++) {
    distance.fill(Number.POSITIVE_INFINITY)
    settled.fill(0)
    const nearest = new Nearest()
    const reached: number[] = []
    relax(source, 0)
    let goal = -1
    for (let next = nearest.pop(); next !== undefined; next = nearest.pop()) {
      const { id: column } = next
      if (settled[column] === 1) continue
      settled[column] = 1
      reached.push(column)
      const there = inside[column] as number[]
      if (there.length < (places[column] ?? 1)) {
        goal = column
        break
      }
      for (const row of there) relax(row, next.distance)
    }
    reprice(source, reached, distance[goal] as number)
    augment(source, goal)

    function relax(row: number, until: number): void {
      for (const edge of edges[row] as readonly Edge[]) {
        const { column, cost } = edge
        if (settled[column] === 1) continue
        const through = until + cost - (rowPrice[row] as number) - (columnPrice[column] as number)
        if (through >= (distance[column] as number)) continue
        distance[column] = through
        via[column] = row
        viaEdge[column] = edge
        nearest.push(column, through)
      }
    }
  }
  return chosen.map((edge) => (edge !== undefined && edge.column < own ? edge : undefined))

  /** Keeps every reduced cost at 0 or more, and at 0 where a row sits. */
  function reprice(source: number, reached: readonly number[], shortest: number): void {
    rowPrice[source] = (rowPrice[source] as number) + shortest
    for (const column of reached) {
      const saved = shortest - (distance[column] as number)
      columnPrice[column] = (columnPrice[column] as number) - saved
      for (const row of inside[column] as number[]) rowPrice[row] = (rowPrice[row] as number) + saved
    }
  }

  function augment(source: number, goal: number): void {
    for (let column = goal; ; ) {
      const row = via[column] as number
      const former = chosen[row]?.column
      chosen[row] = viaEdge[column]
      ;(inside[column] as number[]).push(row)
      if (row === source || former === undefined) return
      inside[former] = (inside[former] as number[]).filter((one) => one !== row)
      column = former
    }
  }
}

/** Numbers by a distance, the smallest first: a binary heap. */
export class Nearest {
  readonly #ids: number[] = []
  readonly #distances: number[] = []

  push(id: number, distance: number): void {
    let at = this.#ids.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if ((this.#distances[parent] as number) <= distance) break
      this.#put(at, this.#ids[parent] as number, this.#distances[parent] as number)
      at = parent
    }
    this.#put(at, id, distance)
  }

  pop(): { readonly id: number; readonly distance: number } | undefined {
    const id = this.#ids[0]
    const distance = this.#distances[0]
    if (id === undefined || distance === undefined) return undefined
    const lastId = this.#ids.pop() as number
    const lastDistance = this.#distances.pop() as number
    if (this.#ids.length > 0) this.#sink(lastId, lastDistance)
    return { id, distance }
  }

  #sink(id: number, distance: number): void {
    const { length } = this.#ids
    let at = 0
    for (let child = 1; child < length; child = 2 * at + 1) {
      const right = child + 1
      const least =
        right < length && (this.#distances[right] as number) < (this.#distances[child] as number)
          ? right
          : child
      if ((this.#distances[least] as number) >= distance) break
      this.#put(at, this.#ids[least] as number, this.#distances[least] as number)
      at = least
    }
    this.#put(at, id, distance)
  }

  #put(at: number, id: number, distance: number): void {
    this.#ids[at] = id
    this.#distances[at] = distance
  }
}

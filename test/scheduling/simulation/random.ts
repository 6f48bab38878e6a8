/** SplitMix32: the same seed is the same story. */
export class Random {
  #state: number
  constructor(seed: number) {
    this.#state = seed | 0
  }

  below(bound: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let x = this.#state
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return ((x ^ (x >>> 15)) >>> 0) % bound
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }
}

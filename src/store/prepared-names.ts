/** Each prepared statement holds a plan in the memory of its PostgreSQL process: some tens of kilobytes. */
const mostNames = 120
const mostStrangers = 2_000

let counter = 0
/** Seen once by any connection: what is asked a single time is not worth a plan. */
const strangers = new Set<string>()

/** The prepared statements of one connection: those used last, however many different texts callers bring about. */
export class PreparedNames {
  readonly #names = new Map<string, string>()

  /** The name to prepare `text` under, if any, and the name to give up for it. */
  nameOf(text: string): { readonly name?: string; readonly dropped?: string } {
    const name = this.#names.get(text)
    if (name !== undefined) {
      this.#names.delete(text)
      this.#names.set(text, name)
      return { name }
    }
    if (!strangers.has(text)) {
      if (strangers.size >= mostStrangers) strangers.clear()
      strangers.add(text)
      return {}
    }
    const fresh = `s${++counter}`
    this.#names.set(text, fresh)
    if (this.#names.size <= mostNames) return { name: fresh }
    const [oldestText, oldest] = this.#names.entries().next().value as [string, string]
    this.#names.delete(oldestText)
    return { name: fresh, dropped: oldest }
  }
}

/** A text with places to be filled, made of one that has marks there. */
export class Blank {
  readonly #pieces: readonly string[]
  readonly #places: readonly number[]

  constructor(text: string, marks: readonly string[]) {
    const pieces: string[] = []
    const places: number[] = []
    let from = 0
    for (;;) {
      const next = nextMark(text, from, marks)
      if (next === undefined) break
      pieces.push(text.slice(from, next.at))
      places.push(next.mark)
      from = next.at + (marks[next.mark] as string).length
    }
    pieces.push(text.slice(from))
    this.#pieces = pieces
    this.#places = places
  }

  fill(values: readonly string[]): string {
    const pieces = this.#pieces
    const places = this.#places
    let text = pieces[0] as string
    for (let at = 0; at < places.length; at++)
      text += (values[places[at] as number] as string) + (pieces[at + 1] as string)
    return text
  }
}

function nextMark(text: string, from: number, marks: readonly string[]) {
  let found: { readonly at: number; readonly mark: number } | undefined
  for (const [mark, sign] of marks.entries()) {
    const at = text.indexOf(sign, from)
    if (at !== -1 && (found === undefined || at < found.at)) found = { at, mark }
  }
  return found
}

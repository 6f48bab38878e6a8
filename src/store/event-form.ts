import type { ExtractionContext } from '#fhir/extract.ts'
import type { Resource } from '#fhir/resource.ts'
import { type EventRow, eventColumns, members } from './event-row.ts'
import type { RowEncoding } from './row-encoding.ts'

/**
 * A form for AuditEvents that differ in few values: the first is built from marks and its columns are extracted once, each
 * further one only fills the marks' places (docs/decisions/0010-shared-statements.md). Values must need no escape in JSON.
 */
export class EventForm {
  readonly #shared: string
  readonly #own: Blank

  constructor(sample: Resource, marks: readonly string[], encoding: RowEncoding, context: ExtractionContext) {
    const shared: Record<string, unknown> = {}
    const own: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(eventColumns(sample, encoding, context))) {
      const text = JSON.stringify(value)
      const columns = marks.some((mark) => text.includes(mark)) ? own : shared
      columns[name] = value
    }
    const text = JSON.stringify(sample)
    own.v = marks.filter((mark) => text.includes(mark))
    shared.text = formatOf(text, own.v as readonly string[])
    this.#shared = members(shared)
    this.#own = new Blank(members(own), marks)
  }

  /** In the order of the marks. */
  fill(values: readonly string[]): EventRow {
    return { shared: this.#shared, own: this.#own.fill(values) }
  }
}

/** For PostgreSQL's format(): the text crosses the wire once for all events of its form. */
function formatOf(text: string, marks: readonly string[]): string {
  return marks.reduce(
    (format, mark, place) => format.replaceAll(mark, `%${place + 1}$$s`),
    text.replaceAll('%', '%%'),
  )
}

/** A text with places to be filled. */
class Blank {
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

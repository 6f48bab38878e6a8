import type pg from 'pg'
import { auditForms } from './audit-tables.ts'

/** What of a row of `audit_row e` makes its text. */
export const textColumns = `e.text, e.form, cardinality(e.v) as places, array_to_string(e.v, E'\\x1f', '') as v`

export interface TextRow {
  readonly text: string | null
  readonly form: string | null
  readonly places: number | null
  readonly v: string | null
}

/**
 * Texts of events as the view `auditevent` puts them together, for whoever reads very many: format() takes PostgreSQL
 * 26 µs an event, this a few.
 */
export class EventTexts {
  readonly #client: pg.Client
  readonly #tenant: string
  readonly #forms = new Map<string, FilledForm | undefined>()

  constructor(client: pg.Client, tenant: string) {
    this.#client = client
    this.#tenant = tenant
  }

  /** In the order of the rows. Where somebody spoiled a form, or what goes into one, its events have no text. */
  async of(rows: readonly (TextRow & { readonly id: string })[]): Promise<readonly (string | undefined)[]> {
    const unknown = new Set<string>()
    for (const { form } of rows) if (form !== null && !this.#forms.has(form)) unknown.add(form)
    if (unknown.size > 0) await this.#load([...unknown])
    return rows.map((row) => row.text ?? this.#fill(row))
  }

  #fill({ id, form, places, v }: TextRow & { readonly id: string }): string | undefined {
    const filled = form === null ? undefined : this.#forms.get(form)
    if (filled === undefined || places === null || v === null) return undefined
    const values = places === 0 ? [] : v.split('\x1f')
    // A value that holds what stands between two would be read as both.
    return values.length === places ? filled.fill(id, values) : undefined
  }

  async #load(ids: readonly string[]): Promise<void> {
    const { rows } = await this.#client.query<{ id: string; text: string }>(
      `select id, text from ${auditForms} where tenant = $1 and id = any($2::uuid[])`,
      [this.#tenant, ids],
    )
    const found = new Map(rows.map(({ id, text }) => [id, readForm(text)]))
    for (const id of ids) this.#forms.set(id, found.get(id))
  }
}

export interface FilledForm {
  fill(id: string, values: readonly string[]): string | undefined
}

/** The notation that forms are written in, and no other of format(): undefined for what no server has written. */
export function readForm(text: string): FilledForm | undefined {
  const pieces: string[] = ['']
  const places: number[] = []
  let rest = 0
  for (const { 0: sign, 1: place, index } of text.matchAll(/%(?:%|([1-9]\d?)\$s)?/g)) {
    if (sign === '%') return undefined
    pieces[pieces.length - 1] += text.slice(rest, index) + (place === undefined ? '%' : '')
    rest = index + sign.length
    if (place === undefined) continue
    places.push(Number(place) - 2)
    pieces.push('')
  }
  pieces[pieces.length - 1] += text.slice(rest)
  const most = Math.max(-1, ...places)
  return {
    fill(id, values) {
      if (most >= values.length) return undefined
      let filled = pieces[0] as string
      for (let at = 0; at < places.length; at++) {
        const place = places[at] as number
        filled += (place < 0 ? id : (values[place] as string)) + (pieces[at + 1] as string)
      }
      return filled
    },
  }
}

import { createHash } from 'node:crypto'
import type { ExtractionContext } from '#fhir/extract.ts'
import type { Resource } from '#fhir/resource.ts'
import { Blank } from './blank.ts'
import { isOfForm, isOfFormedRow } from './event-places.ts'
import { type EventRow, eventColumns, type FormRow, members } from './event-row.ts'
import type { RowEncoding } from './row-encoding.ts'

/**
 * What AuditEvents have in common that differ in few values: it is stored once, and each of them is a row of its values
 * (docs/decisions/0029-audit-forms.md). Made of an event built from marks, the first of which is its id. Values must need no
 * escape, neither in JSON nor in an array of PostgreSQL.
 */
export class EventForm implements FormRow {
  readonly id: string
  readonly row: string
  readonly #own: Blank

  private constructor(id: string, row: string, own: Blank) {
    this.id = id
    this.row = row
    this.#own = own
  }

  /** Undefined: such events are stored whole. */
  static of(
    sample: Resource,
    marks: readonly string[],
    encoding: RowEncoding,
    context: ExtractionContext & { readonly tenant: string },
  ): EventForm | undefined {
    const { id, updated, ...columns } = eventColumns(sample, encoding, context)
    const text = JSON.stringify(sample)
    const own: Record<string, unknown> = { id, updated }
    const common: Record<string, string> = { text }
    for (const column of encoding.table('AuditEvent').columns) {
      const value = columns[column.name]
      if (value === undefined) continue
      if (isOfForm(column)) common[column.name] = literal(value as string | readonly string[])
      else if (isOfFormedRow(column)) own[column.name] = value
      else return undefined
    }
    const said = Object.values(common)
    const values = marks.slice(1).filter((mark) => said.some((one) => one.includes(mark)))
    for (const name of Object.keys(common))
      common[name] = formatOf(common[name] as string, [marks[0] as string, ...values])
    const form = { tenant: context.tenant, ...common }
    const formId = uuidOf(JSON.stringify(form))
    const filled = members({ ...own, form: formId, v: values })
    return new EventForm(formId, JSON.stringify({ ...form, id: formId }), new Blank(filled, marks))
  }

  /** In the order of the marks. */
  fill(values: readonly string[]): EventRow {
    return { own: this.#own.fill(values), form: this }
  }
}

/** As forms have it. */
export function literal(value: string | readonly string[]): string {
  if (typeof value === 'string') return value
  return `{${value.map((term) => `"${term.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** In the notation of PostgreSQL's format(). */
function formatOf(text: string, marks: readonly string[]): string {
  return marks.reduce(
    (format, mark, place) => format.replaceAll(mark, `%${place + 1}$$s`),
    text.replaceAll('%', '%%'),
  )
}

function uuidOf(content: string): string {
  const digits = createHash('sha256').update(content).digest('hex')
  return digits.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

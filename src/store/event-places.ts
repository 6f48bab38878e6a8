import { layoutOf } from './search/layout.ts'
import type { TableColumn } from './type-tables.ts'

/** Types whose values can be written with places to be filled. */
const fillable = /^(?:text|text\[\]|tsvector)(?: |$)/

/** Does a form of events have the column? Otherwise it stands in each row: what an index needs, and times. */
export function isOfForm({ name, sqlType, parameter }: TableColumn): boolean {
  if (!fillable.test(sqlType)) return false
  const layout = layoutOf(parameter)
  const led = layout.shape === 'references' ? layout.led : undefined
  return led === undefined || !(led.columns.includes(name) || led.more === name)
}

/** Columns of rows that have a form. Further terms of the kinds that lead are rare: such events are stored whole. */
export function isOfFormedRow(column: TableColumn): boolean {
  return !isOfForm(column) && !column.name.endsWith('_more')
}

import type { Cursor } from './cursor.ts'
import type { Order, OrderKey } from './sort-order.ts'

/**
 * Paging by the last row seen, not by counting: rows that come or go elsewhere move nothing
 * (https://hl7.org/fhir/R4/http.html#paging). Rows without a value stand last in either direction.
 */

export function orderBy(
  order: Order,
  backwards: boolean,
  columns: readonly string[],
  ties: readonly string[],
): string {
  const parts = order.keys.map(({ descending, present }, place) => {
    const direction = descending !== backwards ? ' DESC' : ''
    const nulls = present ? '' : backwards ? ' NULLS FIRST' : ' NULLS LAST'
    return `${columns[place]}${direction}${nulls}`
  })
  const direction = order.tiesDescending !== backwards ? ' DESC' : ''
  return [...parts, ...ties.map((tie) => tie + direction)].join(', ')
}

/** Rows after the cursor's, or before it when it goes backwards. */
export function afterCursor(
  order: Order,
  cursor: Cursor,
  columns: readonly string[],
  ties: readonly string[],
  bind: (value: unknown) => string,
): string {
  const { backwards } = cursor
  const tieValues = [bind(cursor.id), ...(ties.length > 1 ? [bind(cursor.type)] : [])]
  const beyond = (descending: boolean) => (descending !== backwards ? '<' : '>')
  const tie = `${row(ties)} ${beyond(order.tiesDescending)} ${row(tieValues)}`
  const values = order.keys.map((key, place) => bindValue(key, cursor.values[place] ?? null, bind))
  const uniform = order.keys.every(
    (key, place) => key.present && values[place] !== undefined && key.descending === order.tiesDescending,
  )
  if (uniform && order.keys.length > 0) {
    return `${row([...columns, ...ties])} ${beyond(order.tiesDescending)} ${row([...values, ...tieValues] as string[])}`
  }
  return order.keys.reduceRight((rest, key, place) => {
    const column = columns[place] as string
    const value = values[place]
    if (value === undefined) {
      const same = `(${column} IS NULL AND ${rest})`
      return backwards ? `(${column} IS NOT NULL OR ${same})` : same
    }
    const past = `${column} ${beyond(key.descending)} ${value}`
    const nulls = key.present || backwards ? '' : ` OR ${column} IS NULL`
    return `(${past}${nulls} OR (${column} = ${value} AND ${rest}))`
  }, tie)
}

function bindValue(
  key: OrderKey,
  value: string | null,
  bind: (value: unknown) => string,
): string | undefined {
  return value === null ? undefined : `${bind(value)}::${key.cast}`
}

function row(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(', ')})`
}

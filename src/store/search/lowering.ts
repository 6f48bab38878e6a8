import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import type { Clause } from '#fhir/search-query.ts'
import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import { tableOf } from '../columns.ts'
import { shippedTenant } from '../shipped-tenant.ts'

/** One statement being made: where its values go, and how a part asks for another part of the search language. */
export interface Lowering {
  readonly definitions: Definitions
  /** Are the server's own definitions looked at beside those of the clinic? */
  readonly shipped: boolean
  /** `$n` for a value. Values never stand in the text: same shape, same text, same prepared statement. */
  bind(value: unknown): string
  /** A table alias used nowhere else in the statement. */
  alias(): string
  /** What must hold for a row of the type to exist for whoever looks; undefined: nothing more. `never`: no row does. */
  visible(type: string, alias: string): string | undefined
  /** The condition on what the parameter says of a row, narrowed to rows where the caller sees what it looks at. */
  told(type: string, alias: string, parameter: SearchParameter, condition: () => string): string
  /** A condition on a row of the type; may be null where the row has no value. */
  lower(type: string, alias: string, clause: Clause): string
}

export const never = 'FALSE'

/** Every statement's first value. Row level security holds the clinic already; this holds it where that is switched off. */
export const tenantValue = '$1'

/** Rows of the clinic, and of the server itself where it has any; the clinic's own comes before one of the same id. */
export function ofClinic({ shipped }: Lowering, type: string, alias: string): string {
  if (!shipped || !shippedTypes.has(type)) return `${alias}.tenant = ${tenantValue}`
  const own = `EXISTS (SELECT FROM ${tableOf(type)} own WHERE own.tenant = ${tenantValue} AND own.id = ${alias}.id)`
  return `${alias}.tenant = ANY(ARRAY[${tenantValue}, '${shippedTenant}']) AND (${alias}.tenant = ${tenantValue} OR NOT ${own})`
}

export function anyOf(conditions: readonly string[]): string {
  if (conditions.length === 0) return never
  return conditions.length === 1 ? (conditions[0] as string) : `(${conditions.join(' OR ')})`
}

export function allOf(conditions: readonly (string | undefined)[]): string {
  return conditions.filter((condition) => condition !== undefined && condition !== '').join(' AND ')
}

/** True also where the condition is null: `:not` finds what has no value too. */
export function noneOf(condition: string): string {
  return condition === never ? 'TRUE' : `(${condition}) IS NOT TRUE`
}

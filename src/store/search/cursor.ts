import { Refusal } from '#fhir/refusal.ts'

/** Between which rows a page lies: the sort values of the row it starts after, and which way it goes. */
export interface Cursor {
  readonly backwards: boolean
  /** As PostgreSQL writes them; null where the row has no value. */
  readonly values: readonly (string | null)[]
  readonly id: string
  readonly type: string
}

export function writeCursor({ backwards, values, id, type }: Cursor): string {
  return JSON.stringify([backwards ? 1 : 0, type, id, ...values])
}

export function readCursor(text: string, keys: number): Cursor {
  const parts = parse(text)
  const [backwards, type, id, ...values] = parts
  const whole =
    (backwards === 0 || backwards === 1) &&
    typeof type === 'string' &&
    typeof id === 'string' &&
    values.length === keys &&
    values.every((value) => value === null || typeof value === 'string')
  if (!whole)
    throw new Refusal('value', 'The page asked for does not belong to this search: start the search again.')
  return { backwards: backwards === 1, type, id, values: values as (string | null)[] }
}

function parse(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(text)
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}

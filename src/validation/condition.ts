import { createRequire } from 'node:module'
import { limitTime } from './limit-time.ts'

type Evaluate = (focus: unknown, variables: Record<string, unknown>) => unknown
interface Engine {
  compile(expression: string, model: unknown, options: { async: false }): Evaluate
}

export type Condition = (variables: Readonly<Record<string, unknown>>) => boolean

/** Conditions in use in all clinics, and some that were tried out. */
const mostRemembered = 500
const remembered = new Map<string, Condition>()

/** Once for each: on a busy machine, and for an expression as long as is allowed. */
const longestReading = 2_000

/**
 * A FHIRPath expression over named resources: `%appointment.start > now()`. True only for a single true. Throws when it
 * cannot be read, evaluated, or takes more than 50 ms, loops in regular expressions included.
 */
export function compileCondition(expression: string): Condition {
  const known = remembered.get(expression)
  if (known !== undefined) return known
  const require = createRequire(import.meta.url)
  const engine = require('fhirpath') as Engine
  const model: unknown = require('fhirpath/fhir-context/r4')
  const evaluate = limitTime(() => engine.compile(expression, model, { async: false }), longestReading)
  const condition: Condition = (variables) => {
    const found = limitTime(() => evaluate({}, { ...variables }))
    return Array.isArray(found) && found.length === 1 && found[0] === true
  }
  if (remembered.size >= mostRemembered) remembered.clear()
  remembered.set(expression, condition)
  return condition
}

import { createRequire } from 'node:module'
import { ExpressionError } from '#fhir/fhirpath/syntax.ts'
import { limitTime, TimeSpent } from '../limit-time.ts'
import type { Truth } from './compiled.ts'

/** Once for each rule: a published one of US Core, on a busy machine, takes a tenth of this. */
const longestReading = 2_000

type Evaluate = (value: unknown, variables: Record<string, unknown>) => unknown
interface Engine {
  compile(expression: string, model: unknown, options: { async: false }): Evaluate
}

let loaded: { engine: Engine; model: unknown } | undefined

/** The whole of FHIRPath costs 30 MB and milliseconds: loaded when a profile first asks for what the closures cannot do. */
function load(): { engine: Engine; model: unknown } {
  const require = createRequire(import.meta.url)
  loaded ??= { engine: require('fhirpath') as Engine, model: require('fhirpath/fhir-context/r4') }
  return loaded
}

export function evaluateSlowly(expression: string): Truth {
  let evaluate: Evaluate | undefined
  return (focus, env) => {
    env.spend(10_000)
    const { engine, model } = load()
    const variables = { resource: plain(env.resource), rootResource: plain(env.rootResource) }
    try {
      evaluate ??= limitTime(() => engine.compile(expression, model, { async: false }), longestReading)
      const ready = evaluate
      const found = limitTime(() => ready(plain(focus), variables))
      return Array.isArray(found) && found.length > 0 ? found[0] !== false : undefined
    } catch (failure) {
      if (failure instanceof TimeSpent) throw failure
      throw new ExpressionError('cannot be evaluated')
    }
  }
}

/** Can the expression be read at all? */
export function canRead(expression: string): boolean {
  try {
    const { engine, model } = load()
    limitTime(() => engine.compile(expression, model, { async: false }), longestReading)
    return true
  } catch {
    return false
  }
}

/** It knows no raw numbers. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

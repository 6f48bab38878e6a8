import { ExpressionError } from '#fhir/fhirpath/syntax.ts'
import { limitTime } from '../limit-time.ts'
import type { Env } from './compiled.ts'

export interface Pattern {
  test(text: string, env: Env): boolean
  replace(text: string, replacement: string, env: Env): string
}

const longestPattern = 1_000
/** A group that repeats can take exponential time, and so can a reference back into one. */
const mayExplode = /\)[*+{?]|\\[1-9]|\\k</
/** Several repetitions in a row take polynomial time: harmless on what a name or a code is long. */
const shortText = 200

/** A clinic's regular expression runs under a time limit unless it can be seen to be harmless. */
export function compilePattern(source: string, whole: boolean, foreign: boolean): Pattern {
  if (source.length > longestPattern) throw new ExpressionError('has a regular expression that is too long')
  const expression = build(whole ? `^(?:${source})$` : source)
  const risky = foreign && mayExplode.test(source)
  const run = <Result>(text: string, env: Env, work: () => Result): Result => {
    env.spend(1 + text.length / 100)
    return risky || (foreign && text.length > shortText) ? limitTime(work) : work()
  }
  const everywhere = new RegExp(expression, `${expression.flags}g`)
  return {
    test: (text, env) => run(text, env, () => expression.test(text)),
    replace: (text, replacement, env) => run(text, env, () => text.replace(everywhere, replacement)),
  }
}

/** FHIRPath's are single-line; escapes that are none in Unicode mode (`\-`) are common, so plain mode is the second try. */
function build(source: string): RegExp {
  for (const flags of ['su', 's']) {
    try {
      return new RegExp(source, flags)
    } catch {}
  }
  throw new ExpressionError('has a regular expression that cannot be read')
}

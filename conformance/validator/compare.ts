import { type Case, errorsOf, type Finding, type Verdict } from './case.ts'

/** Why one validator refuses what the other accepts, and why that is meant so. */
export interface Explanation {
  readonly name: string
  readonly refuses: 'almanac' | 'judge'
  /** Regular expressions that the kind of change ('' for none) and an error must match. */
  readonly kind?: string
  readonly id?: string
  readonly location?: string
  readonly message?: string
  readonly reason: string
}

export type Outcome = 'both accept' | 'both refuse' | 'only we refuse' | 'only it refuses'

export interface Comparison {
  readonly case: Case
  readonly outcome: Outcome
  readonly ours: readonly Finding[]
  readonly judges: readonly Finding[]
  /** Names of the explanations that cover every error of the one that refuses alone; undefined: to be mended. */
  readonly explainedBy?: readonly string[]
}

export function compare(
  cases: readonly Case[],
  ours: readonly Verdict[],
  judges: readonly Verdict[],
  explanations: readonly Explanation[],
): readonly Comparison[] {
  return cases.map((one, index) => {
    const errors = errorsOf(ours[index] as Verdict)
    const judged = errorsOf(judges[index] as Verdict)
    const outcome = outcomeOf(errors.length > 0, judged.length > 0)
    const about = { case: one, outcome, ours: errors, judges: judged }
    const alone = outcome === 'only we refuse' ? errors : outcome === 'only it refuses' ? judged : undefined
    if (alone === undefined) return about
    const who = outcome === 'only we refuse' ? 'almanac' : 'judge'
    const kind = one.mutation?.kind ?? ''
    const meant = (each: Explanation): boolean => each.refuses === who && fits(each.kind, kind)
    const explainedBy = explain(alone, explanations.filter(meant))
    return explainedBy === undefined ? about : { ...about, explainedBy }
  })
}

function outcomeOf(weRefuse: boolean, itRefuses: boolean): Outcome {
  if (weRefuse) return itRefuses ? 'both refuse' : 'only we refuse'
  return itRefuses ? 'only it refuses' : 'both accept'
}

function explain(
  errors: readonly Finding[],
  explanations: readonly Explanation[],
): readonly string[] | undefined {
  const names = new Set<string>()
  for (const error of errors) {
    const found = explanations.find((one) => covers(one, error))
    if (found === undefined) return undefined
    names.add(found.name)
  }
  return [...names]
}

function covers({ id, location, message }: Explanation, error: Finding): boolean {
  return fits(id, error.id) && fits(location, error.location) && fits(message, error.message)
}

function fits(pattern: string | undefined, text: string | undefined): boolean {
  return pattern === undefined || new RegExp(pattern).test(text ?? '')
}

/** Mutants that are no JSON of their type any more, and that we would have taken in. */
export function letThrough(comparisons: readonly Comparison[]): readonly Comparison[] {
  return comparisons.filter(
    ({ case: { mutation }, ours }) => mutation?.breaksStructure === true && ours.length === 0,
  )
}

/** Share of cases with the same verdict, or with a difference that is explained. */
export function agreement(comparisons: readonly Comparison[], withExplained: boolean): number {
  const agreed = comparisons.filter(
    ({ outcome, explainedBy }) => outcome.startsWith('both') || (withExplained && explainedBy !== undefined),
  )
  return comparisons.length === 0 ? 1 : agreed.length / comparisons.length
}

import { Refusal } from '#fhir/refusal.ts'

/** What an entry was refused for, told as part of its bundle: expressions into its resource start at the entry. */
export function refuseEntry(
  failure: unknown,
  expression: string,
  ...types: readonly (string | undefined)[]
): unknown {
  if (!(failure instanceof Refusal)) return failure
  const issues = failure.issues.map((issue) => ({
    ...issue,
    expression: issue.expression?.map((path) => placeInBundle(path, expression, types)) ?? [expression],
  }))
  return failure.with(issues)
}

/** `types`: what the resource is, and what it should be, which is how its own refusal may call it. */
function placeInBundle(path: string, expression: string, types: readonly (string | undefined)[]): string {
  if (path.startsWith('Bundle.entry[')) return path
  const end = path.search(/[.[]|$/)
  return types.includes(path.slice(0, end)) ? `${expression}.resource${path.slice(end)}` : expression
}

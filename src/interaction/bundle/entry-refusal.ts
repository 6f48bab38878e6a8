import { Refusal } from '#fhir/refusal.ts'

/** What an entry was refused for, told as part of its bundle: expressions into its resource start at the entry. */
export function refuseEntry(failure: unknown, expression: string, resourceType?: string): unknown {
  if (!(failure instanceof Refusal)) return failure
  const issues = failure.issues.map((issue) => ({
    ...issue,
    expression: issue.expression?.map((path) => placeInBundle(path, expression, resourceType)) ?? [
      expression,
    ],
  }))
  return new Refusal(failure.kind, failure.message, { issues, headers: failure.headers, cause: failure })
}

function placeInBundle(path: string, expression: string, resourceType: string | undefined): string {
  if (path.startsWith('Bundle.entry[')) return path
  if (resourceType === undefined || !path.startsWith(resourceType)) return expression
  const rest = path.slice(resourceType.length)
  return rest === '' || rest.startsWith('.') || rest.startsWith('[')
    ? `${expression}.resource${rest}`
    : expression
}

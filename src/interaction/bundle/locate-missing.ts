import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { refuseStep, type Step } from './plan-steps.ts'

const instance = /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/|$)/

/**
 * References to nothing, and what rules find in all entries together, show when the buffer is sent, whatever step is
 * under way then; their issues say where in a resource they stand, and this adds in which entry's.
 */
export function locateMissing(
  failure: unknown,
  steps: readonly Step[],
  resourceOf: (step: Step) => Resource | undefined,
): unknown {
  if (!(failure instanceof Refusal)) return failure
  const { about } = failure
  const step =
    about === undefined
      ? undefined
      : steps.find(({ request, newId }) => `${request.type}/${request.id ?? newId}` === about)
  if (step !== undefined) return refuseStep(failure, step.entry, step.request)
  if (failure.kind !== 'unprocessable') return failure
  return failure.with(failure.issues.map((issue) => locate(issue, steps, resourceOf)))
}

function locate(
  issue: Issue,
  steps: readonly Step[],
  resourceOf: (step: Step) => Resource | undefined,
): Issue {
  const [path] = issue.expression ?? []
  if (issue.code !== 'not-found' || path === undefined || path.startsWith('Bundle.')) return issue
  const [type = '', ...rest] = path.split(/[.[]/)
  for (const step of steps) {
    const resource = resourceOf(step)
    if (resource?.resourceType !== type) continue
    const element = rest.reduce<unknown>(
      (node, key) => (node as Record<string, unknown> | undefined)?.[key.replace(']', '')],
      resource,
    ) as { reference?: unknown } | undefined
    const target = instance.exec(String(element?.reference))?.[1]
    if (target !== undefined && issue.diagnostics.includes(` ${target}:`)) {
      return { ...issue, expression: [`${step.entry.expression}.resource${path.slice(type.length)}`] }
    }
  }
  return issue
}

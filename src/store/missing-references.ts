import { type Issue, Refusal } from '#fhir/refusal.ts'
import { localReferences } from './local-references.ts'
import type { RowChange } from './store.ts'

/** Names every reference to nothing and where it stands. */
export function refuseMissing(
  targets: readonly string[],
  changes: readonly RowChange[],
  bases: readonly string[],
  cause?: unknown,
): Refusal {
  const issues: Issue[] = changes.flatMap(({ content }) =>
    content === undefined
      ? []
      : localReferences(content.resource, bases)
          .filter(({ target }) => targets.includes(target))
          .map(({ target, expression }) => ({
            severity: 'error',
            code: 'not-found',
            diagnostics: sentence(target),
            expression: [expression],
          })),
  )
  return new Refusal('unprocessable', sentence(targets.join(', ')), { issues, cause })
}

function sentence(target: string): string {
  return `There is no ${target}: refer to a resource that exists, or create it first.`
}

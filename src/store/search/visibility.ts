import type { Definitions } from '#fhir/definitions.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { openLowering } from './lower-clause.ts'
import { never } from './lowering.ts'

/**
 * What must hold for a row of the type's table, under `alias`, to exist for the viewer. 'all' and 'nothing' as the
 * viewer says them; otherwise a condition whose values are put at the end of `values`, where the clinic comes first.
 */
export function lowerVisibility(
  definitions: Definitions,
  viewer: Viewer,
  type: string,
  alias: string,
  values: unknown[],
): 'all' | 'nothing' | { readonly condition: string } {
  const condition = openLowering(definitions, viewer, values).visible(type, alias)
  if (condition === undefined) return 'all'
  return condition === never ? 'nothing' : { condition }
}

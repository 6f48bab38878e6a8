import type { Walk } from './walk.ts'

/** https://hl7.org/fhir/R4/http.html#transaction: each entry walks the road by itself. */
export async function runBundle(walk: Walk): Promise<void> {
  walk.response = await walk.parts.runBundle(walk.request, walk.principal, walk.road)
}

/** https://hl7.org/fhir/R4/operations.html */
export async function runOperation(walk: Walk): Promise<void> {
  walk.response = await walk.parts.invokeOperation(walk.request, walk.principal, walk.road)
}

import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Interact } from '#interaction/exchange.ts'

/** The demo clinic goes the way of every write: one transaction bundle, checked, indexed and audited. */
export async function seedDemo(
  resources: readonly Resource[],
  interact: Interact,
  system: Principal,
): Promise<void> {
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  await interact(
    {
      interaction: 'transaction',
      method: 'POST',
      query: [],
      body: {
        mediaType: 'application/fhir+json',
        json: { resourceType: 'Bundle', type: 'transaction', entry },
      },
      headers: {},
      base: 'http://localhost/fhir',
      requestId: 'demo',
    },
    system,
  )
}

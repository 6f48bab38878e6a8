import type { Bundle, FhirResource } from 'fhir/r4.d.ts'
import type { Principal } from '#access/principal.ts'
import type { Interact } from '#interaction/exchange.ts'

/** The demo clinic goes the way of every write: one transaction bundle, checked, indexed and audited. */
export async function seedDemo(
  resources: readonly FhirResource[],
  interact: Interact,
  system: Principal,
): Promise<void> {
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  }
  await interact(
    {
      interaction: 'transaction',
      method: 'POST',
      query: [],
      body: { mediaType: 'application/fhir+json', json: bundle },
      headers: {},
      base: 'http://localhost/fhir',
      requestId: 'demo',
    },
    system,
  )
}

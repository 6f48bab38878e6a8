import { Refusal } from '#fhir/refusal.ts'
import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import { shippedTenant } from '#store/shipped-tenant.ts'
import type { Database } from '#store/store.ts'
import type { WriteRule } from '../write-rule.ts'

/** What the server ships is read by every clinic and written by none: its ids are taken. */
export function createShippedRule(database: Pick<Database, 'asSystem'>): WriteRule {
  return {
    name: 'what the server ships stays as it is',
    types: [...shippedTypes],
    async apply({ method, type, id }) {
      // An id that the server made has never been anyone else's.
      if (method === 'POST') return []
      const shipped = await database.asSystem(shippedTenant).read(type, id)
      if (shipped === undefined || shipped.deleted) return []
      throw new Refusal(
        'method-not-allowed',
        `${type}/${id} is shipped with the server and cannot be changed: store your own under another id and url.`,
        { headers: { Allow: 'GET, HEAD' } },
      )
    },
  }
}

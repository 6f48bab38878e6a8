import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import type { Reads } from './store.ts'

export type KeyedReads = Pick<Reads, 'read' | 'readMany' | 'vread' | 'history'>

/** Of the types that the server ships: a clinic's own, and where it has none of that id, the server's. */
export function withShipped(own: KeyedReads, shipped: KeyedReads): KeyedReads {
  return {
    read: async (type, id) => (await own.read(type, id)) ?? shipped.read(type, id),
    async readMany(keys) {
      const found = await own.readMany(keys)
      const known = new Set(found.map(({ type, id }) => `${type}/${id}`))
      const missing = keys.filter(({ type, id }) => shippedTypes.has(type) && !known.has(`${type}/${id}`))
      return missing.length === 0 ? found : [...found, ...(await shipped.readMany(missing))]
    },
    vread: async (type, id, version) =>
      (await own.vread(type, id, version)) ?? shipped.vread(type, id, version),
    async history(query) {
      const page = await own.history(query)
      if (page.versions.length > 0 || query.type === undefined || query.id === undefined) return page
      return (await own.read(query.type, query.id)) === undefined ? shipped.history(query) : page
    },
  }
}

import type { Definitions } from '#fhir/definitions.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import type { ValueSet } from '#fhir/terminology/value-set.ts'
import { readHistory } from './history-reads.ts'
import { readNewest } from './newest-versions.ts'
import { type Newest, ResourceReads, type Visibility } from './resource-reads.ts'
import type { Run } from './run.ts'
import { runSearch } from './search/search.ts'
import type { StoredTerminology } from './search/stored-terminology.ts'
import { lowerVisibility } from './search/visibility.ts'
import { type KeyedReads, withShipped } from './shipped-reads.ts'
import { shippedTenant } from './shipped-tenant.ts'
import type { Reads } from './store.ts'
import { checkFilled, type UnfilledParameters } from './unfilled-parameters.ts'
import { veiledReads } from './veiled-reads.ts'

/** What a viewer reads, wherever the statements run. */
export type OpenReads = (viewer: Viewer, run: Run, newest: Newest) => Reads

export function createOpenReads(
  definitions: Definitions,
  unfilled: UnfilledParameters,
  stored: StoredTerminology,
): OpenReads {
  const visibility: Visibility = (viewer, type, alias, values) => {
    const visible = lowerVisibility(definitions, viewer, type, alias, values)
    if (typeof visible === 'object') return visible.condition
    return visible === 'all' ? 'true' : 'false'
  }
  const openKeyed = (viewer: Viewer, run: Run, newest: Newest): KeyedReads => {
    const resources = new ResourceReads(viewer, run, visibility, newest)
    return {
      read: (type, id) => resources.read(type, id),
      readMany: (keys) => resources.readMany(keys),
      vread: (type, id, version) => resources.vread(type, id, version),
      history: (query) => readHistory(query, viewer, run, visibility),
    }
  }
  return (viewer, run, newest) => {
    const own = openKeyed(viewer, run, newest)
    const terminology: Reads['terminology'] = (question) =>
      question === undefined ? stored.own(run, viewer.tenant) : stored.gather(run, viewer.tenant, question)
    // Few ask for definitions: what only they need is not made for the others.
    const shared = (): KeyedReads => {
      const everyone = { tenant: shippedTenant, visible: viewer.visible.bind(viewer) }
      const newestShipped: Newest = async (key) => (await readNewest(run, shippedTenant, [key]))[0]
      return withShipped(own, openKeyed(everyone, run, newestShipped))
    }
    const valueSetAt = async (id: string) => {
      const found = await shared().read('ValueSet', id)
      return found === undefined || found.deleted ? undefined : (JSON.parse(found.text) as ValueSet)
    }
    const isShared = (type: string | undefined) => type !== undefined && shippedTypes.has(type)
    const reads: Reads = {
      terminology,
      read: (type, id) => (isShared(type) ? shared() : own).read(type, id),
      readMany: (keys) => (keys.some(({ type }) => isShared(type)) ? shared() : own).readMany(keys),
      vread: (type, id, version) => (isShared(type) ? shared() : own).vread(type, id, version),
      history: (query) => (isShared(query.type) ? shared() : own).history(query),
      search: async (query) => {
        checkFilled(query, unfilled)
        return runSearch(run, query, viewer, { definitions, gather: terminology, valueSetAt })
      },
    }
    return veiledReads(reads, viewer)
  }
}

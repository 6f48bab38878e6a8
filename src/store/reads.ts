import type { Definitions } from '#fhir/definitions.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { readHistory } from './history-reads.ts'
import { ResourceReads, type Visibility } from './resource-reads.ts'
import type { Run } from './run.ts'
import { runSearch } from './search/search.ts'
import type { StoredTerminology } from './search/stored-terminology.ts'
import { lowerVisibility } from './search/visibility.ts'
import type { Reads } from './store.ts'
import { checkFilled, type UnfilledParameters } from './unfilled-parameters.ts'

/** What a viewer reads, wherever the statements run. */
export type OpenReads = (viewer: Viewer, run: Run) => Reads

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
  return (viewer, run) => {
    const resources = new ResourceReads(viewer, run, visibility)
    const terminology: Reads['terminology'] = (question) => stored.gather(run, viewer.tenant, question)
    return {
      terminology,
      read: (type, id) => resources.read(type, id),
      readMany: (keys) => resources.readMany(keys),
      vread: (type, id, version) => resources.vread(type, id, version),
      history: (query) => readHistory(query, viewer, run, visibility),
      search: async (query) => {
        checkFilled(query, unfilled)
        return runSearch(run, query, viewer, { definitions, gather: terminology })
      },
    }
  }
}

import type { Clause, SearchQuery, Viewer } from '#fhir/search-query.ts'
import type { Database, Store } from '#store/store.ts'

/** Leaks made on purpose: a fuzzer that does not find them proves nothing. */
export type Plant = 'include' | 'chain' | 'history'

export function plantLeak(database: Database, plant: Plant): Database {
  return {
    ...database,
    openStore: (viewer: Viewer): Store => {
      const store = database.openStore(viewer)
      const system = database.asSystem(viewer.tenant)
      switch (plant) {
        case 'history':
          return { ...store, history: (query) => system.history(query) }
        case 'include':
          return {
            ...store,
            search: async (query) => {
              const page = await store.search(query)
              if (page.matches.length === 0 || query.includes.length === 0) return page
              const where: Clause[] = [{ kind: 'id', ids: page.matches.map(({ id }) => id) }]
              const { cursor: _, ...first } = query
              const { included } = await system.search({ ...first, where })
              return { ...page, included }
            },
          }
        case 'chain':
          return {
            ...store,
            search: async (query) => store.search(await withoutChains(query, system)),
          }
      }
    },
  }
}

/** The criterion on others is answered as the system would, and only its matches as the caller. */
async function withoutChains(query: SearchQuery, system: Store): Promise<SearchQuery> {
  const where = await Promise.all(
    query.where.map(async (clause): Promise<Clause> => {
      if (clause.kind !== 'chain' && clause.kind !== 'has') return clause
      const { types } = query
      const found = await system.search({
        ...{ types, where: [clause], sort: [], count: 1_000, total: 'none', includes: [] },
      })
      return { kind: 'id', ids: found.matches.map(({ id }) => id) }
    }),
  )
  return { ...query, where }
}

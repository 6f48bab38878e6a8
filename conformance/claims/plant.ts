import { randomUUIDv7 } from 'node:crypto'
import { createExtractor } from '../../src/fhir/extract.ts'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { FullResources } from '../../test/fhir/full-resource.ts'
import { changeTo } from '../../test/store/changes.ts'
import type { TestServer } from '../../test/support/server.ts'
import { criterionFor } from './criteria.ts'

/** A resource, and for each search parameter that it has a value for a search that must find it. */
export interface Planted {
  readonly id: string
  readonly criteria: ReadonlyMap<string, string>
}

/** Enough that every alternative has its turn: Observation.value has eleven. */
const turns = 12
/** Where made-up values would lead nowhere: months without a partition, and no place on earth. */
const fitting: Readonly<Record<string, () => object>> = {
  AuditEvent: () => ({ recorded: new Date().toISOString() }),
  Location: () => ({ position: { latitude: 50.09, longitude: 14.42 } }),
}
const specials = ({ id, text }: Resource): readonly (readonly [string, string])[] => [
  ['_id', `_id=${id}`],
  ['_lastUpdated', '_lastUpdated=ge2020-01-01'],
  ...(text === undefined ? [] : [['_content', '_content=narrative'] as const]),
  ['_filter', `_filter=${encodeURIComponent(`_id eq ${id}`)}`],
]

/**
 * Resources of every type that have everything, stored beneath validation: their codes and references are made up, but
 * every search parameter has something to find in one of them.
 */
export async function plantEveryType(server: TestServer): Promise<ReadonlyMap<string, readonly Planted[]>> {
  const definitions = loadDefinitions()
  const { extract } = createExtractor(definitions)
  const full = new FullResources(definitions)
  const planted = new Map<string, Planted[]>()
  await server.app.database.asSystem('main').transaction(async (tx) => {
    for (const type of definitions.resourceTypes) {
      const ofType: Planted[] = []
      const covered = new Set<string>()
      for (let turn = 0; turn < turns; turn++) {
        const id = randomUUIDv7()
        const fit = fitting[type]?.() ?? {}
        const resource = { ...(inOrder(full.build(type)) as Resource), ...fit, id }
        const index = extract(resource, { localBases: [server.base], timeZone: 'UTC' })
        const asked = [...index].flatMap(([code, found]) => {
          const criterion = criterionFor(code, found)
          return criterion === undefined ? [] : [[code, criterion] as const]
        })
        if (asked.every(([code]) => covered.has(code))) continue
        for (const [code] of asked) covered.add(code)
        ofType.push({ id, criteria: new Map([...specials(resource), ...asked]) })
        tx.write(changeTo(resource))
      }
      planted.set(type, ofType)
    }
  })
  return planted
}

/** The builder counts on and on: its periods and ranges may end before they begin. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inOrder(item)]))
  for (const [first, last] of [
    ['start', 'end'],
    ['low', 'high'],
  ] as const) {
    const [from, to] = [node[first], node[last]]
    if (from !== undefined && to !== undefined && measure(from) > measure(to)) {
      node[first] = to
      node[last] = from
    }
  }
  return node
}

function measure(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number((value as { value?: unknown }).value)
}

import type { Resource } from '#fhir/resource.ts'
import type { Visit } from './fuzz.ts'
import { buildResource, type FuzzType, types } from './population.ts'
import type { Random } from './random.ts'
import { choose, isDone, learn, merge } from './writes.ts'

interface Wish {
  readonly type: FuzzType
  readonly id: string
  readonly versions: number
  readonly may: boolean
  readonly entry: object
}

/** Several writes that must be done together: all that each alone may, or nothing at all. */
export async function tryTransaction(visit: Visit, random: Random): Promise<void> {
  const wishes = new Map<string, Wish>()
  for (let i = 0; i < 1 + random.below(3); i++) {
    const wish = wishFor(visit, random)
    wishes.set(`${wish.type}/${wish.id}`, wish)
  }
  const all = [...wishes.values()]
  const reading = `${random.pick(types)}?_tag=urn:kind|a&_count=50`
  const read = { request: { method: 'GET', url: reading } }
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [...all.map(({ entry }) => entry), read],
  }
  visit.world.requests += all.length
  const answer = await visit.ask('POST /', { body: bundle })
  const told = `transaction ${JSON.stringify(bundle)}`
  const done = isDone(answer.status)
  for (const { type, id, versions, may } of all) {
    if (done && !may) visit.fail(told, `${type}/${id} is done: ${answer.text}`)
    const now = (await learn(visit, type, id))?.versions.length ?? 0
    if (!done && now !== versions)
      visit.fail(told, `it is refused with ${answer.status} and has changed ${type}/${id}`)
  }
  const { entry = [] } = done ? JSON.parse(answer.text) : {}
  for (const [i, one] of entry.entries())
    visit.checkMarks(told, JSON.stringify(one ?? null), i === all.length ? 's' : 'r')
  if (!done) visit.checkMarks(told, answer.text, 'r')
}

function wishFor(visit: Visit, random: Random): Wish {
  const type = random.pick(types)
  const { oracle } = visit
  const { id, before, versions } = choose(visit, type, random)
  const path = `${type}/${id}`
  if (random.chance(0.3)) {
    const may = before === undefined || oracle.sees(before, 'd')
    return { type, id, versions, may, entry: { request: { method: 'DELETE', url: path } } }
  }
  const sent = buildResource(type, id, random)
  const startsFrom = before !== undefined && oracle.sees(before, 'u') ? before : undefined
  const merged = merge(visit, startsFrom, sent)
  const free = before === undefined && (oracle.choosesIds || oracle.seesWhole(type, 'u'))
  const may = (startsFrom !== undefined || free) && oracle.mayUpdate(startsFrom, sent, merged)
  return {
    type,
    id,
    versions,
    may,
    entry: { resource: sent as Resource, request: { method: 'PUT', url: path } },
  }
}

import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'
import { busyWith, hasRoom } from '../find/busy.ts'
import type { Visit } from '../visit.ts'
import type { ClaimedSlot, Freed } from './claim.ts'
import { loadFacts } from './load-facts.ts'
import type { Move } from './moves.ts'
import { buildWishes, type Wish } from './wishes.ts'

/** Slots whose time is touched, and what is claimed of their actors while they last. */
export interface Around {
  readonly slots: readonly ClaimedSlot[]
  /** By `Slot/id`. */
  readonly claims: ReadonlyMap<string, readonly AroundClaim[]>
}

export interface AroundClaim {
  readonly actor: string
  readonly start: number
  readonly end: number
  readonly capacity: number
  readonly tentative: boolean
}

export const nothingAround: Around = { slots: [], claims: new Map() }

interface Place {
  readonly actor: string
  readonly begins: string
  readonly ends: string
}

interface Row {
  readonly slot: string
  readonly version: number | null
  readonly updated: Date
  readonly method: ClaimedSlot['current']['method']
  readonly text: string
  readonly actor: string
  readonly begins: Date
  readonly ends: Date
  readonly capacity: number
  readonly tentative: boolean
}

/** Whose time was taken before, and whose is now. */
export function touchedPlaces(
  moves: readonly Move[],
  wishes: readonly Wish[],
  freed: readonly Freed[],
  visitOf: (appointment: Resource) => Visit,
): readonly Place[] {
  // Ended holds have lost their claims to others, but not what followed from them.
  const before = moves.flatMap(({ before }) => {
    const visit = before && visitOf(before)
    if (visit?.start === undefined || visit.end === undefined) return []
    const times = { begins: new Date(visit.start).toISOString(), ends: new Date(visit.end).toISOString() }
    return [...visit.actors, ...visit.slots].map(({ reference }) => ({ actor: reference, ...times }))
  })
  return [...wishes.map(({ actor, begins, ends }) => ({ actor, begins, ends })), ...freed, ...before].filter(
    ({ actor }) => !actor.startsWith('Patient/'),
  )
}

/** Waits for whoever lets the same slots follow; `facts` learn what is needed to judge them. */
export async function loadAround(
  tx: Transaction,
  places: readonly Place[],
  made: readonly Change[],
  facts: Map<string, Resource>,
  waiting: boolean,
): Promise<Around> {
  const asked = made.flatMap(({ after }) => (after === undefined ? [] : wishesOf(after, facts)))
  if (places.length + asked.length === 0) return nothingAround
  const rows = await tx.query<Row>('select * from almanac_slots_around($1, $2, $3)', [
    JSON.stringify(places),
    JSON.stringify(
      asked.map(({ appointment, actor, begins, ends }) => ({ slot: appointment, actor, begins, ends })),
    ),
    waiting ? [...new Set(asked.map(({ actor }) => actor))] : [],
  ])
  const claims = Map.groupBy(
    rows
      .filter(({ version }) => version === null)
      .map(({ slot, actor, begins, ends, capacity, tentative }) => ({
        ...{ slot, actor, capacity, tentative },
        ...{ start: begins.getTime(), end: ends.getTime() },
      })),
    ({ slot }) => slot,
  )
  const slots = rows.flatMap(({ slot, version, updated, method, text }) => {
    if (version === null) return []
    const id = slot.slice('Slot/'.length)
    const own = (claims.get(slot) ?? []).filter(({ actor }) => actor === slot)
    const soft = own.filter(({ tentative }) => tentative).length
    const counts = { firm: own.length - soft, soft, earlier: own.length }
    return [{ current: { type: 'Slot', id, version, updated, method, text, deleted: false }, claims: counts }]
  })
  const unknown = slots.flatMap(({ current: { id } }) => (facts.has(`Slot/${id}`) ? [] : [id]))
  const more = await loadFacts(
    tx,
    unknown.map((id) => `Slot/${id}`),
    [],
    [],
  )
  for (const [reference, resource] of more) if (!facts.has(reference)) facts.set(reference, resource)
  return { slots, claims }
}

/** What a visit in all of a slot's time would take; `appointment` is the slot. */
function wishesOf(slot: Resource, facts: ReadonlyMap<string, Resource>): readonly Wish[] {
  const reference = `Slot/${slot.id}`
  const times = { start: Date.parse(String(slot.start)), end: Date.parse(String(slot.end)) }
  const visit = { id: reference, status: 'booked', actors: [], foreignSlots: [] }
  return buildWishes({ ...visit, ...times, slots: [{ reference, expression: '' }] }, false, facts)
}

/** Whether what is claimed of a slot's actors leaves no room for a visit in it; undefined: it does. */
export function statusAround(
  slot: Resource,
  claims: readonly AroundClaim[],
  facts: ReadonlyMap<string, Resource>,
): 'busy' | 'busy-tentative' | undefined {
  if (claims.length === 0) return undefined
  const own = `Slot/${slot.id}`
  const wishes = wishesOf(slot, facts).filter(({ actor }) => actor !== own)
  const isFull = (some: readonly AroundClaim[]) =>
    wishes.some(({ actor, capacity, begins, ends }) => {
      const busy = busyWith(some.filter((one) => one.actor === actor))
      return !hasRoom(busy, { start: Date.parse(begins), end: Date.parse(ends) }, capacity)
    })
  if (!isFull(claims)) return undefined
  return isFull(claims.filter(({ tentative }) => !tentative)) ? 'busy' : 'busy-tentative'
}

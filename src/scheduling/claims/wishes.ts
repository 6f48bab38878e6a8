import type { Resource } from '#fhir/resource.ts'
import type { Visit } from '../visit.ts'
import { actorCapacity, slotCapacity, statedCapacity } from './capacity.ts'
import type { Facts } from './load-facts.ts'

/** A claim that a visit wants: see the SQL function almanac_claim. */
export interface Wish {
  readonly appointment: string
  readonly actor: string
  readonly capacity: number
  readonly begins: string
  readonly ends: string
  readonly tentative: boolean
  readonly expires: string | null
  /** How many more there may be than the capacity says. */
  readonly over?: number
}

interface Actor {
  readonly actor: string
  readonly capacity: number
}

/** Its slots, all that their schedules are for, and its participants: each once. */
export function buildWishes(
  visit: Visit & Required<Pick<Visit, 'start' | 'end'>>,
  tentative: boolean,
  facts: Facts,
): readonly Wish[] {
  const { id: appointment, start, end } = visit
  const expires = tentative ? (visit.expires ?? null) : null
  const period = { begins: new Date(start).toISOString(), ends: new Date(end).toISOString() }
  const wishes = new Map<string, Wish>()
  const wish = ({ actor, capacity }: Actor, times: { begins: string; ends: string } = period) => {
    const known = wishes.get(actor)
    if (known === undefined || known.capacity < capacity)
      wishes.set(actor, { appointment, actor, capacity, ...times, tentative, expires })
  }
  const slots = visit.slots.flatMap(({ reference }) => facts.get(reference) ?? [])
  for (const slot of slots)
    wish(
      { actor: `Slot/${slot.id}`, capacity: placesOf(slot, facts) },
      { begins: String(slot.start), ends: String(slot.end) },
    )
  // A group shares whoever leads it and where it meets, as far as every one of its slots does.
  const group = slots.length === 0 ? 1 : Math.min(...slots.map((slot) => placesOf(slot, facts)))
  const named = [
    ...visit.actors.map(({ reference }) => reference),
    ...slots.flatMap((slot) => scheduleActors(slot, facts)),
  ]
  for (const reference of named) {
    const found = actorOf(reference, facts)
    if (found === undefined) continue
    const shared = reference.startsWith('Patient/') ? found.capacity : Math.max(found.capacity, group)
    wish({ actor: found.actor, capacity: shared })
  }
  return [...wishes.values()]
}

/** Who is meant: a role is the person in it. Undefined: nobody counts their visits. */
function actorOf(reference: string, facts: Facts): Actor | undefined {
  const type = reference.slice(0, reference.indexOf('/'))
  const resource = facts.get(reference)
  if (type === 'PractitionerRole') {
    const person = (resource?.practitioner as { reference?: string } | undefined)?.reference ?? reference
    const capacity = statedCapacity(resource) ?? actorCapacity('Practitioner', facts.get(person)) ?? 1
    return { actor: person, capacity }
  }
  const capacity = actorCapacity(type, resource)
  return capacity === undefined ? undefined : { actor: reference, capacity }
}

export const scheduleOf = (slot: Resource): string =>
  String((slot.schedule as { reference?: string } | undefined)?.reference)

/** Those whose slots a visit names. */
export function schedulesOf({ slots }: Pick<Visit, 'slots'>, facts: Facts): readonly string[] {
  return [...new Set(slots.flatMap(({ reference }) => facts.get(reference) ?? []).map(scheduleOf))]
}

export const scheduleActors = (slot: Resource, facts: Facts): readonly string[] =>
  actorsOf(facts.get(scheduleOf(slot)))

export function actorsOf(schedule: Resource | undefined): readonly string[] {
  const { actor = [] } = (schedule ?? {}) as { actor?: readonly { reference?: string }[] }
  return actor.flatMap(({ reference }) => reference ?? [])
}

/** How many visits a slot admits. */
export function placesOf(slot: Resource, facts: Facts): number {
  return slotCapacity(slot) ?? statedCapacity(facts.get(scheduleOf(slot))) ?? 1
}

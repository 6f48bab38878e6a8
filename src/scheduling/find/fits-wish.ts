import { normalizeText } from '#fhir/normalize-text.ts'
import type { Resource } from '#fhir/resource.ts'
import { codesOf, type Neighbours } from '../availability/roster-neighbours.ts'
import { type RosterResource, referenceIn, referencesIn } from '../availability/roster-resource.ts'
import type { FindWish } from './find-wish.ts'

/** Whether a schedule is of the kind that is looked for: parameters of one kind are ORed, kinds are ANDed. */
export function fitsWish(of: Neighbours, wish: FindWish): boolean {
  return (
    isOneOf(wish.practitioners, whoOf(of)) &&
    isOneOf(wish.services, named(of.services)) &&
    isOneOf(wish.organizations, named(of.organizations)) &&
    isOneOf(wish.visitTypes, visitTypesOf(of)) &&
    isOneOf(wish.specialties, specialtiesOf(of)) &&
    (wish.placeWords.length === 0 || wish.placeWords.some((words) => of.locations.some(isCalled(words)))) &&
    (!hasOwnPlace(of) || isOneOf(wish.locations, named(of.locations)))
  )
}

/** Otherwise a room can be found for it. */
export function hasOwnPlace({ schedule }: Neighbours): boolean {
  return referencesIn(schedule.resource.actor, 'Location').length > 0
}

/** Practitioners under all the names they go by. */
export function whoOf({ schedule, practitioners, roles }: Neighbours): readonly string[] {
  return [...named(practitioners), ...named(roles), ...referencesIn(schedule.resource.actor, 'Practitioner')]
}

/** A schedule of a room or a device alone is no visit by itself, it takes part in one. */
export function isResource({ schedule }: Neighbours): boolean {
  const actors = referencesIn(schedule.resource.actor)
  return actors.length > 0 && actors.every((actor) => /^(?:Location|Device)\//.test(actor))
}

export function practitionerOf(of: Neighbours): string | undefined {
  const role = of.roles[0]
  return (
    of.practitioners[0]?.reference ??
    (role === undefined ? undefined : referenceIn(role.resource.practitioner))
  )
}

function isOneOf(wanted: readonly string[], found: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((one) => found.includes(one))
}

function named(list: readonly RosterResource[]): readonly string[] {
  return list.map(({ reference }) => reference)
}

export function visitTypesOf({ schedule, services }: Neighbours): readonly string[] {
  const { serviceType, serviceCategory } = schedule.resource
  const own = [...codesOf(serviceType), ...codesOf(serviceCategory)]
  return own.length > 0
    ? own
    : services.flatMap(({ resource }) => [...codesOf(resource.type), ...codesOf(resource.category)])
}

function specialtiesOf({ schedule, roles, services }: Neighbours): readonly string[] {
  return [schedule, ...roles, ...services].flatMap(({ resource }) => codesOf(resource.specialty))
}

function isCalled(words: string): (location: RosterResource) => boolean {
  const wanted = normalizeText(words).split(' ')
  return ({ resource }) => {
    const text = normalizeText(textOf(resource))
    return wanted.every((word) => text.includes(word))
  }
}

function textOf({ name, alias, description, address }: Resource): string {
  const { line, city, state, postalCode, text } = (address ?? {}) as Record<string, unknown>
  return [name, alias, description, line, city, state, postalCode, text].flat().filter(Boolean).join(' ')
}

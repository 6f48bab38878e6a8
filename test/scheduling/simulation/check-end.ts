import type { Resource } from '#fhir/resource.ts'
import type { Clinic } from './simulated-clinic.ts'
import { demandsOf, type Place } from './world.ts'

const never = Number.POSITIVE_INFINITY

/** What lies in the database at the end: visits, slots and claims tell the same. */
export async function checkEnd(
  clinic: Clinic,
  tenant: string,
  time: number,
  places: readonly Place[],
  isClosed: (place: Place) => boolean = () => false,
): Promise<readonly string[]> {
  const faults: string[] = []
  const live = (await clinic.resources(tenant, 'Appointment')).filter(
    ({ status, extension }) => status === 'booked' || (status === 'pending' && expiryOf(extension) > time),
  )
  const expected = new Set<string>()
  for (const appointment of live) {
    const place = places.find(({ slot }) => slot === slotOf(appointment)) as Place
    for (const { actor } of demandsOf(place, patientOf(appointment), false))
      expected.add(`${appointment.id} ${actor} ${instant(appointment.start)} ${instant(appointment.end)}`)
  }
  const claims = new Set(await clinic.claims(tenant))
  for (const one of expected.difference(claims)) faults.push(`no claim for ${one}`)
  for (const one of claims.difference(expected)) faults.push(`a claim without a visit: ${one}`)
  for (const slot of await clinic.resources(tenant, 'Slot')) {
    const place = places.find((one) => one.slot === slot.id) as Place
    const of = live.filter((one) => slotOf(one) === slot.id)
    const more = of.some(({ id }) => id === 'v3') ? 1 : 0
    if (of.length > place.capacity + more) faults.push(`Slot/${slot.id} has ${of.length} visits`)
    if ((slot.overbooked === true) !== of.length > place.capacity)
      faults.push(`Slot/${slot.id} says overbooked ${slot.overbooked} with ${of.length} visits`)
    const soft = of.some(({ status }) => status === 'pending')
    const own = of.length < place.capacity ? undefined : soft ? 'busy-tentative' : 'busy'
    const status = own ?? statusAcross(place, live, places)
    const shut = slot.status === 'busy-unavailable' && of.length === 0 && isClosed(place)
    if (slot.status !== status && !shut) faults.push(`Slot/${slot.id} says ${slot.status}, it is ${status}`)
  }
  return faults
}

/** Whoever is with a doctor takes the time of all slots that this one lies across; groups here have none such. */
function statusAcross(place: Place, live: readonly Resource[], places: readonly Place[]): string {
  const across = live.filter((one) => {
    const other = places.find(({ slot }) => slot === slotOf(one)) as Place
    if (other.slot === place.slot || other.doctor !== place.doctor) return false
    return other.from < place.to && place.from < other.to
  })
  if (across.length === 0) return 'free'
  return across.some(({ status }) => status === 'booked') ? 'busy' : 'busy-tentative'
}

export function slotOf({ slot }: Resource): string | undefined {
  return (slot as { reference: string }[] | undefined)?.[0]?.reference.slice('Slot/'.length)
}

function patientOf({ participant }: Resource): string {
  const actors = (participant as { actor: { reference: string } }[]).map(({ actor }) => actor.reference)
  return String(actors.find((actor) => actor.startsWith('Patient/'))?.slice('Patient/'.length))
}

function instant(time: unknown): string {
  return new Date(String(time)).toISOString()
}

function expiryOf(extension: unknown): number {
  const held = ((extension ?? []) as { valueInstant?: string }[]).find(
    (one) => one.valueInstant !== undefined,
  )
  return held?.valueInstant === undefined ? never : Date.parse(held.valueInstant)
}

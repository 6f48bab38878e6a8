import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import { loadRosters } from '../availability/load-rosters.ts'
import type { Roster } from '../availability/roster.ts'
import type { Neighbours } from '../availability/roster-neighbours.ts'
import { type RosterResource, referencesIn } from '../availability/roster-resource.ts'
import { actorCapacity, statedCapacity } from '../claims/capacity.ts'
import type { FindWish } from './find-wish.ts'
import { fitsWish, isResource } from './fits-wish.ts'
import { loadWishedSchedules } from './wished-schedules.ts'

/** Somebody or something with time to give. */
export interface Candidate {
  readonly roster: Roster
  readonly of: Neighbours
  /** False for a room without a calendar of its own: it is free whenever it is not claimed. */
  readonly hasSlots: boolean
  readonly actors: readonly { readonly reference: string; readonly capacity: number }[]
}

export interface Candidates {
  /** Schedules of those who see patients. */
  readonly mains: readonly Candidate[]
  /** One of these must be free too, where the main schedule has no place of its own. */
  readonly rooms: readonly Candidate[]
  /** And one of these. */
  readonly devices: readonly Candidate[]
}

export async function loadCandidates(tx: Transaction, wish: FindWish, timeZone: string): Promise<Candidates> {
  const schedules = await loadWishedSchedules(tx, wish)
  const owned = new Set(schedules.flatMap(({ resource }) => referencesIn(resource.actor)))
  const bare = [...wish.locations, ...wish.devices].filter((reference) => !owned.has(reference))
  const { rosters, neighbours, resources } = await loadRosters(
    tx,
    [...schedules, ...bare.map(scheduleFor)],
    timeZone,
  )
  const candidates = rosters.map((roster, at) =>
    buildCandidate(roster, neighbours[at] as Neighbours, resources, at < schedules.length),
  )
  const mains = candidates.filter(({ of }) => !isResource(of) && fitsWish(of, wish))
  const aids = candidates.filter(({ of }) => isResource(of))
  const those = (wanted: readonly string[]) =>
    wanted.flatMap((reference) => aids.filter(({ roster }) => roster.actors.includes(reference)))
  // A room or machine with a calendar of its own may be what is wanted by itself.
  const alone = mains.length === 0 && wish.practitioners.length === 0
  return {
    mains: alone ? aids.filter(({ of, hasSlots }) => hasSlots && fitsWish(of, wish)) : mains,
    rooms: alone ? [] : those(wish.locations),
    devices: those(wish.devices),
  }
}

/** As if it had a calendar: its closures and those of its house are read the same way. */
function scheduleFor(reference: string): RosterResource {
  const resource = { resourceType: 'Schedule', active: true, actor: [{ reference }] }
  return { reference: `Schedule/of ${reference}`, version: 0, resource }
}

function buildCandidate(
  roster: Roster,
  of: Neighbours,
  resources: ReadonlyMap<string, RosterResource>,
  hasSlots: boolean,
): Candidate {
  const group = roster.cutting?.capacity ?? statedCapacity(of.schedule.resource) ?? 1
  const actors = roster.actors.flatMap((reference) => {
    const capacity = capacityOf(reference, resources.get(reference)?.resource)
    return capacity === undefined ? [] : [{ reference, capacity: Math.max(capacity, group) }]
  })
  return { roster, of, hasSlots, actors }
}

function capacityOf(reference: string, resource: Resource | undefined): number | undefined {
  return actorCapacity(reference.slice(0, reference.indexOf('/')), resource)
}

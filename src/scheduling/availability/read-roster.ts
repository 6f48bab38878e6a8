import { isTimeZone } from '#fhir/time-zone.ts'
import { extensionOf, extensionsOf, extensionUrls } from '../known-extensions.ts'
import { always, type Interval } from './interval.ts'
import { readHours } from './read-hours.ts'
import { readPeriod } from './read-period.ts'
import { readScheduleRules } from './read-schedule-rules.ts'
import type { Absence, Layer, Member, Problem, Roster } from './roster.ts'
import type { Neighbours } from './roster-neighbours.ts'
import { isInService, type RosterResource, referenceIn, referencesIn, sourceOf } from './roster-resource.ts'

/** A longer one is a mistake in its year, and would be cut into slots for nothing. */
const longestExtra = 31 * 86_400_000

/** Pure: what FHIR says about a schedule's time. `zoneOfClinic` counts where no resource names a zone. */
export function readRoster(neighbours: Neighbours, zoneOfClinic: string): Roster {
  const { schedule, practitioners, roles, services, locations, organizations, devices } = neighbours
  const problems: Problem[] = []
  const timeZone = findTimeZone([schedule, ...locations, ...services, ...organizations]) ?? zoneOfClinic
  const known = isTimeZone(timeZone)
  const zone = known ? timeZone : 'UTC'
  if (!known) tell(schedule, `"${timeZone.slice(0, 64)}" is no time zone of the IANA database.`)
  const all = [schedule, ...practitioners, ...roles, ...services, ...locations, ...organizations, ...devices]
  const places = referencesIn(schedule.resource.actor, 'Location')
  const inUse = [
    schedule,
    ...practitioners,
    ...devices,
    ...locations.filter((one) => places.includes(one.reference)),
  ]
  const { cutting, notice } = readScheduleRules(
    schedule.resource,
    services.map(({ resource }) => resource),
  )
  if (cutting === undefined)
    tell(schedule, 'It says nothing of the length of a slot: its extension schedule-rules has no slotLength.')
  const layers: Layer[] = [
    { of: 'practitioner', members: roles.filter(isInService).map((role) => memberOf(role, 'availableTime')) },
    {
      of: 'service',
      members: services.filter(isInService).map((service) => memberOf(service, 'availableTime')),
    },
    ...locations.map((one): Layer => ({ of: 'location', members: [memberOf(one, 'hoursOfOperation')] })),
    ...organizations.map((one): Layer => ({ of: 'organization', members: [memberOf(one)] })),
    ...devices.map((one): Layer => ({ of: 'device', members: [memberOf(one)] })),
    { of: 'schedule', members: [memberOf(schedule)] },
  ]
  const extra = readExtra()
  const hours = layers.flatMap(({ members }) => members).filter((member) => member.hours !== undefined)
  if (hours.length === 0 && extra.length === 0)
    tell(
      schedule,
      'Nobody says at what hours: no availableTime of its roles or services, no hoursOfOperation.',
    )
  return {
    schedule: schedule.reference,
    source: sourceOf(schedule),
    active: known && inUse.every(isInService) && !allGone(roles) && !allGone(services),
    timeZone: zone,
    actors: actorsOf(neighbours),
    horizon: readPeriod(schedule.resource.planningHorizon, zone) ?? nothing(schedule, 'planningHorizon'),
    ...(cutting !== undefined && { cutting }),
    notice,
    extra,
    layers: layers.filter(({ members }) => members.length > 0),
    sources: all.map(sourceOf),
    problems,
  }

  function tell(about: RosterResource, sentence: string): void {
    problems.push({ source: sourceOf(about), sentence })
  }

  /** What cannot be read is closed: a check that cannot answer refuses. */
  function nothing(about: RosterResource, element: string): Interval {
    tell(about, `Its ${element} cannot be read: nothing is offered for it.`)
    return { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY }
  }

  function memberOf(from: RosterResource, element?: string): Member {
    const { resource } = from
    const hours = element === undefined ? undefined : readHours(resource[element])
    const ofRole = resource.resourceType === 'PractitionerRole'
    return {
      source: sourceOf(from),
      ...(hours !== undefined && { hours }),
      within: ofRole ? (readPeriod(resource.period, zone) ?? nothing(from, 'period')) : always,
      absences: [...readAbsences(from), ...readClosures(from)],
    }
  }

  function readAbsences(from: RosterResource): readonly Absence[] {
    const { notAvailable } = from.resource
    if (!Array.isArray(notAvailable)) return []
    return notAvailable.map(({ during, description }: { during?: unknown; description?: string }) =>
      absence(from, during, description, 'notAvailable'),
    )
  }

  function readClosures(from: RosterResource): readonly Absence[] {
    return extensionsOf(from.resource, extensionUrls.closure).map((closure) => {
      const reason = extensionOf(closure, 'reason')?.valueString
      const during = extensionOf(closure, 'during')?.valuePeriod
      return absence(from, during, typeof reason === 'string' ? reason : undefined, 'closure')
    })
  }

  function absence(
    from: RosterResource,
    during: unknown,
    description: string | undefined,
    element: string,
  ): Absence {
    const period = during === undefined ? undefined : readPeriod(during, zone)
    if (period === undefined)
      tell(from, `A ${element} of it has no period that can be read: it counts as always.`)
    return { ...(period ?? always), ...(description !== undefined && { description }) }
  }

  function readExtra(): readonly Interval[] {
    return extensionsOf(schedule.resource, extensionUrls.extraSession).flatMap(({ valuePeriod }) => {
      const period = valuePeriod === undefined ? undefined : readPeriod(valuePeriod, zone)
      if (period !== undefined && period.end - period.start <= longestExtra) return [period]
      tell(schedule, 'An extra session needs a start and an end at most 31 days apart: it is left out.')
      return []
    })
  }
}

function findTimeZone(from: readonly RosterResource[]): string | undefined {
  for (const { resource } of from) {
    const zone = extensionOf(resource, extensionUrls.timeZone)?.valueCode
    if (typeof zone === 'string') return zone
  }
  return undefined
}

function allGone(list: readonly RosterResource[]): boolean {
  return list.length > 0 && !list.some(isInService)
}

/** As bookings claim them: a role's time is its practitioner's. */
function actorsOf({ schedule, roles }: Neighbours): readonly string[] {
  const practitioners = new Map(
    roles.map((role) => [role.reference, referenceIn(role.resource.practitioner)]),
  )
  return [...new Set(referencesIn(schedule.resource.actor).map((one) => practitioners.get(one) ?? one))]
}

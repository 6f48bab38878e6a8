import { Refusal } from '#fhir/refusal.ts'
import type { OperationCall } from '#interaction/operation.ts'
import { readRange } from '../availability/generate-slots.ts'
import type { Interval } from '../availability/interval.ts'
import { referenceIn } from '../availability/roster-resource.ts'

/** What is closed, or has changed, and what new times are worth. */
export interface ReplanWish {
  readonly range: Interval
  /** `Schedule/1`, `Practitioner/1`, `Location/1` … */
  readonly actors: readonly string[]
  readonly reason?: string
  readonly apply: boolean
  readonly atomic: boolean
  /** The plan that the caller has seen. */
  readonly plan?: string
  /** The roster has changed already: whom it no longer covers is moved, and nothing is closed. */
  readonly rosterChange: boolean
  readonly limits: MoveLimits
}

export interface MoveLimits {
  /** A new time lies at most so far from the old one. */
  readonly reach: number
  readonly sameClinician: boolean
  /** Whom somebody else sees is as badly off as if they came so much earlier or later, in milliseconds. */
  readonly otherClinician: number
  readonly outsideWish: number
  /** Earlier than agreed only so long from now: people must be told. */
  readonly earlierNotice: number
}

const hour = 3_600_000
const day = 24 * hour
const mostDays = 92
const mostActors = 50
const actorTypes = /^(?:Schedule|Practitioner|PractitionerRole|Location|HealthcareService|Device)\//

export function readReplanWish(
  parts: { readonly clock: () => Date; readonly timeZone: string },
  { request, parameters }: OperationCall,
): ReplanWish {
  const text = (name: string) => parameters.get(name)?.[0] as string | undefined
  const flag = (name: string, usual: boolean) => (parameters.get(name)?.[0] as boolean | undefined) ?? usual
  const number = (name: string, usual: number, most: number) => {
    const value = (parameters.get(name)?.[0] as number | undefined) ?? usual
    if (value >= 0 && value <= most) return value
    throw new Refusal('value', `"${name}" is a whole number from 0 to ${most}.`, { expression: name })
  }
  const mode = text('mode') ?? 'preview'
  if (mode !== 'preview' && mode !== 'apply')
    throw new Refusal('value', '"mode" is preview or apply.', { expression: 'mode' })
  const reason = text('reason')
  const plan = text('plan')
  return {
    range: readRange(parts, parameters),
    actors: request.id === undefined ? readActors(parameters.get('actor') ?? []) : [`Schedule/${request.id}`],
    ...(reason !== undefined && { reason }),
    ...(plan !== undefined && { plan }),
    apply: mode === 'apply',
    atomic: flag('atomic', true),
    rosterChange: flag('roster-change', false),
    limits: {
      reach: number('max-days', 28, mostDays) * day,
      sameClinician: flag('same-clinician', false),
      otherClinician: number('other-clinician-hours', 24, 2_000) * hour,
      outsideWish: number('outside-wish-hours', 72, 2_000) * hour,
      earlierNotice: number('earlier-notice-hours', 24, 2_000) * hour,
    },
  }
}

function readActors(values: readonly unknown[]): readonly string[] {
  if (values.length === 0)
    throw new Refusal(
      'required',
      '"actor" says who or what cannot be visited: Practitioner/1, Location/1, or ask Schedule/[id]/$replan.',
      { expression: 'actor' },
    )
  if (values.length > mostActors)
    throw new Refusal('too-costly', `At most ${mostActors} actors can be closed at once.`, {
      expression: 'actor',
    })
  return values.map((value) => {
    const reference = referenceIn(value)
    if (reference !== undefined && actorTypes.test(reference)) return reference
    throw new Refusal(
      'value',
      '"actor" is a Schedule, Practitioner, PractitionerRole, Location, HealthcareService or Device of this server.',
      { expression: 'actor' },
    )
  })
}

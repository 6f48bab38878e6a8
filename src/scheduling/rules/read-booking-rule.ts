import type { Issue } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { readDuration } from '../availability/duration.ts'
import { readPeriod } from '../availability/read-period.ts'
import { codesOf } from '../availability/roster-neighbours.ts'
import { type RosterResource, referenceIn, sourceOf } from '../availability/roster-resource.ts'
import { type Extended, extensionOf, extensionsOf, extensionUrls } from '../known-extensions.ts'
import type { BookingRule, Demand } from './booking-rule.ts'

export interface ReadRule {
  readonly rule?: BookingRule
  /** What is wrong with it: it is not stored then. */
  readonly issues: readonly Issue[]
}

const kinds = [
  'limit',
  'service-types',
  'notice',
  'window',
  'cut-off',
  'buffer',
  'crowd',
  'on-duty',
  'overbooking',
  'expression',
]
const severities = ['refuse', 'warn', 'approve']
const periods = ['hour', 'day', 'week', 'month']
const changes = ['cancel', 'move']
const bound = ['patients', 'everyone']
const counted = ['practitioner', 'patient', 'location', 'clinic']
/** Whoever needs more has more room than is stated. */
const mostOver = 20
/** A longer one is a program, and belongs into one. */
export const longestExpression = 2_000

export function isBookingRule(resource: Resource): boolean {
  return extensionOf(resource, extensionUrls.bookingRule) !== undefined
}

/** Everything that is wrong, at once. `faultOf` reads an expression: the end of a sentence, or nothing. */
export function readBookingRule(
  from: RosterResource,
  timeZone: string,
  faultOf: (expression: string) => string | undefined = () => undefined,
): ReadRule {
  const { resource } = from
  const issues: Issue[] = []
  const extension = extensionOf(resource, extensionUrls.bookingRule) ?? {}
  const kind = code('kind', kinds, undefined)
  const severity = code('severity', severities, 'refuse')
  const { title } = resource
  if (typeof title !== 'string')
    fault('PlanDefinition.title', 'A booking rule has a title: the sentence that whoever books is told.')
  const effective = readPeriod(resource.effectivePeriod, timeZone)
  if (effective === undefined) fault('PlanDefinition.effectivePeriod', 'The effectivePeriod cannot be read.')
  const demand = kind === undefined ? undefined : readDemand(kind)
  if (demand?.kind === 'service-types' && all('serviceType').length === 0)
    fault(place('serviceType'), 'A rule of the kind service-types names those that it allows.')
  if (issues.length > 0 || demand === undefined || effective === undefined) return { issues }
  return {
    issues,
    rule: {
      reference: from.reference,
      source: sourceOf(from),
      sentence: String(title),
      severity: severity as BookingRule['severity'],
      priority: number('priority') ?? 100,
      effective,
      overridableBy: all('overridableBy').flatMap(({ valueCode }) =>
        typeof valueCode === 'string' ? valueCode : [],
      ),
      scope: {
        services: references('service'),
        practitioners: references('practitioner'),
        locations: references('location'),
        serviceTypes: all('serviceType').flatMap(({ valueCodeableConcept }) =>
          codesOf([valueCodeableConcept]),
        ),
      },
      demand,
    },
  }

  function readDemand(of: string): Demand | undefined {
    switch (of) {
      case 'limit': {
        const most = required('most')
        const period = code('period', periods, 'day')
        const per = code('per', counted, 'practitioner')
        return most === undefined ? undefined : ({ kind: of, most, period, per } as Demand)
      }
      case 'crowd': {
        const most = required('most')
        return most === undefined ? undefined : { kind: of, most }
      }
      case 'overbooking':
        return readOverbooking()
      case 'on-duty': {
        const least = required('least')
        return least === undefined ? undefined : { kind: of, least }
      }
      case 'notice':
      case 'window':
      case 'buffer': {
        const length = readLength(of)
        return length === undefined ? undefined : { kind: of, length }
      }
      case 'cut-off': {
        const length = readLength(of)
        const change = one('change') === undefined ? undefined : code('change', changes, undefined)
        const binds = code('binds', bound, 'patients')
        if (length === undefined) return undefined
        return { kind: of, length, ...(change !== undefined && { change }), binds } as Demand
      }
      case 'expression':
        return readExpression()
      default:
        return { kind: 'service-types' }
    }
  }

  function readOverbooking(): Demand | undefined {
    const most = required('most')
    const roles = all('overridableBy').map(({ valueCode }) => valueCode)
    if (roles.length === 0 || roles.some((role) => role === 'patient' || role === 'related-person'))
      fault(
        place('overridableBy'),
        'A rule of the kind overbooking names who of the staff may: patients and their relatives may not.',
      )
    if (most !== undefined && most > mostOver)
      fault(place('most'), `No more than ${mostOver} visits at once are booked beyond the room there is.`)
    return most === undefined ? undefined : { kind: 'overbooking', most }
  }

  function readLength(of: string): number | undefined {
    const length = readDuration(one('length')?.valueDuration)
    if (length === undefined)
      fault(
        place('length'),
        `A rule of the kind ${of} has a length: a Duration in minutes, hours, days or weeks.`,
      )
    return length
  }

  function readExpression(): Demand | undefined {
    const { language, expression } = (one('condition')?.valueExpression ?? {}) as Record<string, unknown>
    if (typeof expression !== 'string' || language !== 'text/fhirpath') {
      fault(
        place('condition'),
        'A rule of the kind expression has a condition in text/fhirpath that must be true.',
      )
      return undefined
    }
    const wrong =
      expression.length > longestExpression
        ? `is longer than ${longestExpression} characters`
        : faultOf(expression)
    if (wrong === undefined) return { kind: 'expression', expression }
    fault(place('condition'), `The condition ${wrong}.`)
    return undefined
  }

  function one(name: string): Extended | undefined {
    return extensionOf(extension, name)
  }

  function all(name: string): readonly Extended[] {
    return extensionsOf(extension, name)
  }

  function references(name: string): readonly string[] {
    return all(name).flatMap(({ valueReference }) => referenceIn(valueReference) ?? [])
  }

  function number(name: string): number | undefined {
    const value = one(name)?.valueInteger
    return value === undefined ? undefined : Number(value)
  }

  function required(name: string): number | undefined {
    const value = number(name)
    if (value === undefined || value < 0)
      fault(place(name), `A rule of this kind says "${name}": a number, 0 or more.`)
    return value
  }

  function code(name: string, allowed: readonly string[], usual: string | undefined): string | undefined {
    const value = one(name)?.valueCode ?? usual
    if (typeof value === 'string' && allowed.includes(value)) return value
    fault(place(name), `"${name}" of a booking rule is one of ${allowed.join(', ')}.`)
    return undefined
  }

  function place(name: string): string {
    return `PlanDefinition.extension('${extensionUrls.bookingRule}').extension('${name}')`
  }

  function fault(expression: string, diagnostics: string): void {
    issues.push({ severity: 'error', code: 'business-rule', diagnostics, expression: [expression] })
  }
}

import type { BrokenRule } from '../advice.ts'
import { covers, type Interval } from '../availability/interval.ts'
import { openTimes } from '../availability/open-times.ts'
import { offsetSpans, wallClockAt } from '../availability/zone-offsets.ts'
import type { Candidate } from '../find/candidate.ts'
import type { BookingFacts } from './booking-facts.ts'
import type { BookingRule, Demand, RuleScope } from './booking-rule.ts'
import { inWords } from './calendar-reasons.ts'
import type { CountedVisit } from './counted-visits.ts'
import type { VisitIndex } from './visit-index.ts'

/** What rules look at beside the booking itself. */
export interface RuleWorld {
  readonly now: number
  readonly visits: VisitIndex
  /** Of the clinic: who is on duty, and which rooms lie in a house. */
  readonly candidates: readonly Candidate[]
  /** Whether a condition holds; throws when it cannot be told. */
  holds(expression: string, booking: BookingFacts): boolean
}

/** Pure. All rules that a booking breaks, in the order of their priority. */
export function evaluateRules(
  rules: readonly BookingRule[],
  booking: BookingFacts,
  world: RuleWorld,
): readonly BrokenRule[] {
  return rules.flatMap((rule) => {
    const { effective, scope, demand } = rule
    if (!covers([effective], booking) || !fits(scope, booking, demand)) return []
    const broken = breaks(rule, booking, world)
    if (broken === undefined) return []
    const { reference, source, severity, overridableBy } = rule
    return [{ rule: reference, source, sentence: `${rule.sentence}${broken}`, severity, overridableBy }]
  })
}

export function fits(scope: RuleScope, booking: BookingFacts, { kind }: Demand): boolean {
  return (
    meets(scope.services, booking.services) &&
    meets(scope.practitioners, booking.practitioners) &&
    meets(scope.locations, booking.places) &&
    // For this kind they are what is allowed, not what it is about.
    (kind === 'service-types' || meets(scope.serviceTypes, booking.serviceTypes))
  )
}

function meets(wanted: readonly string[], found: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((one) => found.includes(one))
}

/** Undefined: it holds. Otherwise what is to be said behind the rule's own sentence. */
function breaks({ demand, scope }: BookingRule, booking: BookingFacts, world: RuleWorld): string | undefined {
  const { start, end } = booking
  switch (demand.kind) {
    case 'limit':
      return countAround(demand, scope, booking, world) >= demand.most ? '' : undefined
    case 'service-types':
      return meets(scope.serviceTypes, booking.serviceTypes) ? undefined : ''
    case 'notice':
      return start < world.now + demand.length ? ` (at least ${inWords(demand.length)} before)` : undefined
    case 'window':
      return start > world.now + demand.length ? ` (at most ${inWords(demand.length)} before)` : undefined
    case 'buffer': {
      const near = { start: start - demand.length, end: end + demand.length }
      const actors = booking.actors.filter((actor) => !actor.startsWith('Patient/'))
      return actors.some((actor) => world.visits.over(actor, near, booking.id).length > 0) ? '' : undefined
    }
    case 'crowd': {
      const inside = actorsInside(scope, world.candidates)
      const there = [...inside].flatMap((actor) => world.visits.over(actor, booking, booking.id))
      return peak(there, booking) >= demand.most ? '' : undefined
    }
    case 'cut-off':
      // Of visits that are given up or moved: cut-offs.ts.
      return undefined
    case 'overbooking':
      // A right, asked for when there is no room: overbooking.ts.
      return undefined
    case 'on-duty':
      return onDuty(scope, booking, world) < demand.least ? '' : undefined
    case 'expression':
      return condition(demand.expression, booking, world)
  }
}

function condition(expression: string, booking: BookingFacts, world: RuleWorld): string | undefined {
  try {
    return world.holds(expression, booking) ? undefined : ''
  } catch {
    return ' (The rule could not be evaluated, so it counts as broken.)'
  }
}

function countAround(
  { period, per }: Extract<Demand, { kind: 'limit' }>,
  scope: RuleScope,
  booking: BookingFacts,
  world: RuleWorld,
): number {
  const around = periodAround(booking.start, period, booking.timeZone)
  const types = scope.serviceTypes.map(lowerCode)
  const count = (actor: string | undefined) => {
    const visits = world.visits
      .over(actor, around, booking.id)
      .filter(
        (visit) => visit.start >= around.start && (visit.types === undefined || meets(types, visit.types)),
      )
    return new Set(visits.map(({ appointment }) => appointment)).size
  }
  if (per === 'clinic') return count(undefined)
  const prefix = { practitioner: 'Practitioner/', patient: 'Patient/', location: 'Location/' }[per]
  return Math.max(0, ...booking.actors.filter((actor) => actor.startsWith(prefix)).map(count))
}

/** As the column of codes has them. */
function lowerCode(token: string): string {
  const bar = token.lastIndexOf('|')
  return token.slice(0, bar) + token.slice(bar).toLowerCase()
}

function actorsInside({ locations }: RuleScope, candidates: readonly Candidate[]): ReadonlySet<string> {
  const inside = candidates.filter(({ of }) =>
    meets(
      locations,
      of.locations.map(({ reference }) => reference),
    ),
  )
  return new Set([...locations, ...inside.flatMap(({ roster }) => roster.actors)])
}

function onDuty({ locations }: RuleScope, booking: BookingFacts, { candidates }: RuleWorld): number {
  const there = candidates.filter(
    ({ of, roster }) =>
      roster.active &&
      meets(
        locations,
        of.locations.map(({ reference }) => reference),
      ) &&
      covers(openTimes(roster, booking).open, booking),
  )
  return new Set(
    there.flatMap(({ roster }) => roster.actors.filter((actor) => actor.startsWith('Practitioner/'))),
  ).size
}

/** The most at one instant of the booking, which begins at its beginning or at one of theirs. */
function peak(visits: readonly CountedVisit[], { start }: Interval): number {
  const instants = [start, ...visits.map((visit) => Math.max(visit.start, start))]
  return Math.max(
    ...instants.map(
      (instant) =>
        new Set(
          visits
            .filter((visit) => visit.start <= instant && instant < visit.end)
            .map(({ appointment }) => appointment),
        ).size,
    ),
  )
}

const hour = 3_600_000

/** The hour, day, week or month on the clinic's wall clock. */
function periodAround(
  instant: number,
  period: 'hour' | 'day' | 'week' | 'month',
  timeZone: string,
): Interval {
  if (period === 'hour') {
    const wall = wallClockAt(offsetSpans(timeZone, { start: instant, end: instant + 1 }), instant)
    const start = instant - (((wall % hour) + hour) % hour)
    return { start, end: start + hour }
  }
  const date = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate()
  const first =
    period === 'month'
      ? date.with({ day: 1 })
      : period === 'week'
        ? date.subtract({ days: date.dayOfWeek - 1 })
        : date
  const next = first.add(period === 'month' ? { months: 1 } : { days: period === 'week' ? 7 : 1 })
  const midnight = (one: Temporal.PlainDate) => one.toZonedDateTime(timeZone).epochMilliseconds
  return { start: midnight(first), end: midnight(next) }
}

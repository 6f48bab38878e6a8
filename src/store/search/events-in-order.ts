import type { Clause, SearchQuery } from '#fhir/search-query.ts'
import { isLed, ledParts } from './lower-led.ts'
import { allOf, type Lowering, ofClinic } from './lowering.ts'
import { referenceSearchTerms } from './terms.ts'

const type = 'AuditEvent'
const alias = 'r'

export interface EventsInOrder {
  /** Conditions of parts that an index has in the order of time; no row is in two. */
  readonly ordered: readonly { readonly where: string; readonly place: string }[]
  /** The others: few rows, in no order. */
  readonly few: string
}

/** AuditEvents of one patient, agent or thing, when they are wanted in the order of time. */
export function eventsInOrder(
  lowering: Lowering,
  { where }: SearchQuery,
  order: readonly string[],
): EventsInOrder | undefined {
  if (order.length !== 1 || order[0] !== `${alias}.by_date_start`) return undefined
  const led = where.find(leads)
  if (led === undefined) return undefined
  const { parameter, modifier, values } = led
  const parts = ledParts(lowering, alias, parameter, referenceSearchTerms(modifier, values))
  if (parts === undefined) return undefined
  const others = where.filter((clause) => clause !== led)
  const dates = others.filter(isDate).map((clause) => lowering.lower(type, alias, clause))
  const found = (part: string) => allOf([ofClinic(lowering, type, alias), part, ...dates])
  const told = lowering.told(type, alias, parameter, () => 'TRUE')
  const checks = [
    ...others.filter((clause) => !isDate(clause)).map((clause) => lowering.lower(type, alias, clause)),
    lowering.visible(type, alias),
    told === 'TRUE' ? undefined : told,
  ]
  return {
    ordered: parts.ordered.map((part) => ({
      where: allOf([found(part.found), checked(allOf([...checks, part.checks]))]),
      place: part.place,
    })),
    few: allOf([found(parts.more), checked(allOf(checks))]),
  }
}

/** Taken for true of every second row, so that the planner does not leave the index's order for fear of reading many. */
function checked(checks: string): string {
  return checks === '' ? '' : `CASE WHEN ${checks} THEN TRUE ELSE FALSE END`
}

function leads(clause: Clause): clause is Clause & { kind: 'param' } {
  return clause.kind === 'param' && isLed(clause.parameter, clause.modifier, clause.values)
}

/** The dates bound the walk along the index. */
function isDate(clause: Clause): boolean {
  return clause.kind === 'param' && clause.parameter.kind === 'date'
}

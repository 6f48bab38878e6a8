import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import { type Taking, takingOf } from '../appointment-status.ts'
import { readVisit, type Visit } from '../visit.ts'
import { resourceBefore } from './resource-before.ts'

/** An Appointment before and after a transaction, as far as it takes time. */
export interface Move {
  readonly id: string
  readonly before?: Resource
  readonly after?: Resource
  readonly visit?: Visit
  readonly taking: Taking
}

/** A move that leaves something for rules to look at. */
export interface Visited extends Move {
  readonly after: Resource
  readonly visit: Visit
}

export interface Taker extends Visited {
  readonly visit: Visit & { readonly start: number; readonly end: number }
  readonly taking: 'firm' | 'tentative'
}

export function isTaker(move: Move): move is Taker {
  return (
    (move.taking === 'firm' || move.taking === 'tentative') &&
    move.visit?.start !== undefined &&
    move.visit.end !== undefined
  )
}

/** Gives up what was live until now: rules may want notice of that too. */
export function isCancellation(move: Move): move is Visited {
  return move.before !== undefined && move.visit?.status === 'cancelled'
}

/** Of changes of Appointments: those that take or give back anything. Several of one Appointment are one move. */
export function findMoves(changes: readonly Change[], localBases: readonly string[]): readonly Move[] {
  return [...Map.groupBy(changes, ({ id }) => id)].flatMap(([id, ofOne]) => {
    const first = ofOne[0]
    const before = first && resourceBefore(first)
    const after = ofOne.at(-1)?.after
    const was = readMove(id, before, localBases)
    const is = readMove(id, after, localBases)
    if (is.taking === 'kept' || (was.taking === 'nothing' && is.taking === 'nothing')) return []
    if (before !== undefined && after !== undefined && footprint(was) === footprint(is)) return []
    return [{ ...is, ...(before && { before }), ...(after && { after }) }]
  })
}

function readMove(id: string, appointment: Resource | undefined, localBases: readonly string[]): Move {
  if (appointment === undefined) return { id, taking: 'nothing' }
  const visit = readVisit(appointment, localBases)
  return { id, visit, taking: takingOf(visit.status, visit.expires !== undefined) }
}

function footprint({ visit, taking }: Move): string {
  const names = (list: Visit['actors'] = []) => list.map(({ reference }) => reference).join()
  const expires = taking === 'tentative' ? visit?.expires : ''
  return [taking, expires, visit?.start, visit?.end, names(visit?.actors), names(visit?.slots)].join('\n')
}

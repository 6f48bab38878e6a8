import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import { referenceIn } from '../availability/roster-resource.ts'
import { type Parameters, readInterval } from './read-wish.ts'

/** The best day for the visit after another one: `follow-up-to` and, behind it, `interval`. */
export async function findNear(
  tx: Transaction,
  parameters: Parameters,
  principal: Principal,
): Promise<number | undefined> {
  const interval = readInterval(parameters)
  const named = parameters.get('follow-up-to')?.[0]
  if (named === undefined && interval === undefined) return undefined
  const reference = referenceIn(named)
  if (interval === undefined || reference === undefined || !reference.startsWith('Appointment/'))
    throw new Refusal('invalid', '"follow-up-to" names an Appointment, and "interval" how long after it.', {
      expression: ['follow-up-to', 'interval'],
    })
  const id = reference.slice('Appointment/'.length)
  const visit = await tx.as(principal.viewerFor('r')).read('Appointment', id)
  const start = visit === undefined || visit.deleted ? undefined : (JSON.parse(visit.text) as Resource).start
  if (typeof start === 'string') return Date.parse(start) + interval
  throw new Refusal('invalid', '"follow-up-to" names no Appointment with a time that you may see.', {
    expression: 'follow-up-to',
  })
}

import type { Resource } from '#fhir/resource.ts'
import { writeInstant } from '../availability/build-slot.ts'
import type { PlannedMove, Unplaced } from './make-plan.ts'
import type { Carried } from './rehearse.ts'
import type { ReplanWish } from './replan-wish.ts'

/** The answer of $replan: the same for the preview of a plan and for what it has come to. */
export function planReport({ plan, targets, closedSlots, tasks }: Carried, wish: ReplanWish): Resource {
  const { range, apply, atomic } = wish
  const cost = plan.moves.reduce((sum, move) => sum + move.cost, 0)
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'plan', valueString: plan.id },
      { name: 'mode', valueCode: apply ? 'apply' : 'preview' },
      { name: 'atomic', valueBoolean: atomic },
      { name: 'start', valueInstant: new Date(range.start).toISOString() },
      { name: 'end', valueInstant: new Date(range.end).toISOString() },
      { name: 'hit', valueInteger: plan.moves.length + plan.unplaced.length + plan.hidden },
      { name: 'moved', valueInteger: plan.moves.length },
      { name: 'unplaced', valueInteger: plan.unplaced.length },
      ...(plan.hidden > 0 ? [{ name: 'hidden', valueInteger: plan.hidden }] : []),
      { name: 'cost', valueInteger: cost },
      ...targets.map((reference) => ({ name: 'closed', valueReference: { reference } })),
      { name: 'closedSlots', valueInteger: closedSlots },
      ...plan.moves.map((move) => ({ name: 'move', part: describeMove(move) })),
      ...plan.unplaced.map((one) => ({ name: 'left', part: describeLeft(one, tasks.get(one.hit.id)) })),
    ],
  }
}

function describeMove({ hit, time, slots, cost, price }: PlannedMove): readonly object[] {
  const { timeZone } = time.main.roster
  const actors = [...new Set([time.main, ...time.aids].flatMap(({ roster }) => roster.actors))]
  return [
    { name: 'appointment', valueReference: { reference: `Appointment/${hit.id}` } },
    {
      name: 'from',
      part: [
        { name: 'start', valueInstant: writeInstant(hit.start, timeZone) },
        { name: 'end', valueInstant: writeInstant(hit.end, timeZone) },
      ],
    },
    {
      name: 'to',
      part: [
        { name: 'start', valueInstant: writeInstant(time.start, timeZone) },
        { name: 'end', valueInstant: writeInstant(time.end, timeZone) },
        ...actors.map((reference) => ({ name: 'actor', valueReference: { reference } })),
        ...slots.map((reference) => ({ name: 'slot', valueReference: { reference } })),
      ],
    },
    { name: 'cost', valueInteger: cost },
    ...price.whyOf(time).map((valueString) => ({ name: 'why', valueString })),
  ]
}

function describeLeft({ hit, why }: Unplaced, task: string | undefined): readonly object[] {
  return [
    { name: 'appointment', valueReference: { reference: `Appointment/${hit.id}` } },
    { name: 'start', valueInstant: String(hit.appointment.start) },
    { name: 'why', valueString: why },
    ...(task === undefined ? [] : [{ name: 'task', valueReference: { reference: `Task/${task}` } }]),
  ]
}

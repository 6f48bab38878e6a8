import type { Principal } from '#access/principal.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import { warn } from '#interaction/late-warnings.ts'
import type { Transaction } from '#store/store.ts'
import type { Advice, BrokenRule } from '../advice.ts'
import type { Facts } from './load-facts.ts'
import type { Visited } from './moves.ts'
import { withNamedActors } from './name-actors.ts'
import { schedulesOf } from './wishes.ts'

/** Every rule of the clinic that a booking, or giving one up, would break, at once. What needs approval may be pending. */
export async function refuseBroken(
  advice: Advice,
  tx: Transaction,
  principal: Principal,
  visits: readonly Visited[],
  facts: Facts,
): Promise<void> {
  for (const visited of visits) {
    const { id, before, taking, visit } = visited
    const broken = await advice.checkRules(tx, {
      appointment: withNamedActors(visited),
      principal,
      schedules: schedulesOf(visit, facts),
      ...(before && { before }),
    })
    const refusing = broken.filter(
      ({ severity }) => severity === 'refuse' || (severity === 'approve' && taking === 'firm'),
    )
    const [first] = refusing
    if (first === undefined) {
      if (broken.length > 0)
        warn(
          tx,
          broken.map((one) => ({ ...tell(one), severity: 'warning' as const })),
        )
      continue
    }
    throw new Refusal('business-rule', first.sentence, {
      issues: refusing.map(tell),
      about: `Appointment/${id}`,
    })
  }
}

function tell({ rule, sentence, severity, overridableBy, expression }: BrokenRule): Issue {
  const approval = severity === 'approve' ? ' It needs approval: send it with status pending.' : ''
  const override =
    overridableBy.length > 0 ? ` Can be overridden, with a reason, by: ${overridableBy.join(', ')}.` : ''
  return {
    severity: 'error',
    code: 'business-rule',
    diagnostics: `${approval === '' || /[.!?)]$/.test(sentence) ? sentence : `${sentence}.`}${approval}${override} (rule ${rule})`,
    expression: [expression ?? 'Appointment'],
  }
}

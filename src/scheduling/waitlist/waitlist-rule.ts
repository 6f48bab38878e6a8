import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'
import { referencesIn } from '../availability/roster-resource.ts'
import { resourceBefore } from '../claims/resource-before.ts'
import { keepEntries } from './keep-entries.ts'
import { hasWaitListReason } from './wait-list-reason.ts'
import { replacedBy, wishesOf } from './wishes-of.ts'

export interface WaitlistRuleParts {
  readonly timeZone: string
  /** A clinic's time may have come free. */
  readonly stir: (tenant: string) => void
}

/** Changes that may make a time free that was not, or bookable; the rest is found by looking now and then. */
const rosters = [
  'Schedule',
  'PractitionerRole',
  'HealthcareService',
  'Location',
  'Organization',
  'PlanDefinition',
]

/** Keeps who waits since when, whatever road their Appointment goes, and tells when it is time to look for them. */
export function createWaitlistRule(parts: WaitlistRuleParts): WriteRule {
  const stirred = new WeakSet<Transaction>()
  const stirAfter = (tx: Transaction) => {
    if (stirred.has(tx)) return
    stirred.add(tx)
    tx.afterCommit(() => parts.stir(tx.tenant))
  }
  return {
    name: 'waiting list',
    types: ['Appointment', 'Slot', ...rosters],
    async apply(change, tx, principal) {
      if (change.type !== 'Appointment') {
        if (change.type !== 'Slot' || change.after?.status === 'free') stirAfter(tx)
        return []
      }
      const before = resourceBefore(change)
      const { after } = change
      if (before !== undefined || after?.status === 'waitlist') stirAfter(tx)
      if (after?.status === 'waitlist') await checkEntry(parts, after, before, tx, principal)
      if ([before, after].some((one) => one?.status === 'waitlist') || hasWaitListReason(before))
        tx.beforeFlush(() => keepEntries(tx, change, before, principal))
      return []
    },
  }
}

async function checkEntry(
  { timeZone }: WaitlistRuleParts,
  after: Resource,
  before: Resource | undefined,
  tx: Transaction,
  principal: Principal,
): Promise<void> {
  const { patient } = principal
  wishesOf(after, timeZone)
  if (patient !== undefined && after.priority !== undefined && after.priority !== before?.priority)
    throw new Refusal('forbidden', 'How urgent it is, the clinic decides: leave the priority out.', {
      expression: 'Appointment.priority',
    })
  const replaced = replacedBy(after)
  if (replaced === undefined || before?.status === 'waitlist' || before?.status === 'pending') return
  const id = replaced.slice('Appointment/'.length)
  const stored = await tx.as(principal.viewerFor('r')).read('Appointment', id)
  const visit = stored === undefined || stored.deleted ? undefined : (JSON.parse(stored.text) as Resource)
  if (visit === undefined || !live.has(visit.status) || !sharePatient(visit, after))
    throw new Refusal('unprocessable', 'What is to be replaced is a visit to come of the same patient.', {
      expression: 'Appointment.extension',
    })
}

const live: ReadonlySet<unknown> = new Set(['booked', 'pending'])

export function sharePatient(one: Resource, other: Resource): boolean {
  const patients = patientsOf(other)
  return patientsOf(one).some((patient) => patients.includes(patient))
}

function patientsOf({ participant }: Resource): readonly string[] {
  const actors = ((participant ?? []) as readonly { actor?: unknown }[]).map(({ actor }) => actor)
  return referencesIn(actors, 'Patient')
}

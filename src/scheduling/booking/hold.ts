import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { withWaitListReason } from '../waitlist/wait-list-reason.ts'
import { answerBundle, answerRefusal } from './answers.ts'
import { asHold } from './appointment-edits.ts'
import { checkToCome, forPatients, readAsked, store } from './booking-call.ts'
import { type BookingParts, currentTime } from './booking-parts.ts'
import { once, requestKeyOf } from './repeated-request.ts'

/** https://profiles.ihe.net/ITI/Scheduling/ITI-116.html */
export function createHold(parts: BookingParts): Operation {
  return { definition: loadOperationDefinition('appointment-hold'), invoke: (call) => hold(parts, call) }
}

const holdable: ReadonlySet<unknown> = new Set(['proposed', 'waitlist', 'pending'])

async function hold(parts: BookingParts, call: OperationCall): Promise<FhirResponse> {
  const lasts = minutesOf(parts, call) * 60_000
  try {
    const held = await parts.transact(call, (tx) =>
      once(tx, requestKeyOf(call), async () => {
        const { appointment, stored } = await readAsked(parts, call, tx)
        const now = await currentTime(tx)
        if (!holdable.has(appointment.status))
          throw new Refusal('business-rule', `An Appointment that is ${appointment.status} cannot be held.`)
        checkToCome(appointment, now)
        const wanted = forPatients(parts, call, appointment)
        const waited = stored?.appointment.status === 'waitlist'
        const after = asHold(waited ? withWaitListReason(wanted) : wanted, new Date(now.getTime() + lasts))
        return store(parts, call, tx, after, stored)
      }),
    )
    return answerBundle(call, held, { Expires: expiresOf(held.text) })
  } catch (failure) {
    // "If the appointment is not available": only an OperationOutcome, fatal and not-found.
    return answerRefusal(failure, (issue) => ({ ...issue, severity: 'fatal', code: 'not-found' }))
  }
}

function minutesOf({ settings }: BookingParts, { parameters }: OperationCall): number {
  const minutes = (parameters.get('minutes')?.[0] as number | undefined) ?? settings.holdMinutes
  if (minutes >= 1 && minutes <= settings.longestHoldMinutes) return minutes
  throw new Refusal('value', `A hold lasts from 1 to ${settings.longestHoldMinutes} minutes.`, {
    expression: 'minutes',
  })
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats */
function expiresOf(text: string): string {
  return new Date(/"valueInstant":"([^"]+)"/.exec(text)?.[1] ?? 0).toUTCString()
}

import type { FhirRequest } from '#interaction/exchange.ts'

/** What the server does to an Appointment by itself, as its audit event tells it. */
export function ownRequest(rule: string): FhirRequest {
  return {
    interaction: 'update',
    method: 'PUT',
    type: 'Appointment',
    query: [],
    headers: {},
    base: '',
    requestId: rule,
    ownRule: rule,
  }
}

import type { FhirRequest, FhirResponse } from './exchange.ts'

export interface BookedVisit {
  readonly id: string
  readonly version: number | undefined
}

/** Operations whose answer is a visit, or why there is none. */
const bookings = new Set(['hold', 'book'])
const visitUrl = /"fullUrl":"[^"]*\/Appointment\/([A-Za-z0-9.-]{1,64})"/
const versionId = /"versionId":"([1-9][0-9]{0,8})"/

export function isBooking({ interaction, operation }: FhirRequest): boolean {
  return interaction === 'operation' && operation !== undefined && bookings.has(operation)
}

/** What `$hold` or `$book` made. IHE answers 200 all the same when the clinic refuses: then it is undefined. */
export function bookedVisit({ body = '' }: FhirResponse): BookedVisit | undefined {
  const id = visitUrl.exec(body)?.[1]
  if (id === undefined) return undefined
  const version = versionId.exec(body)?.[1]
  return { id, version: version === undefined ? undefined : Number(version) }
}

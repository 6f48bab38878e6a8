import type { Opening } from '#access/policy/policy.ts'
import type { Resource } from '#fhir/resource.ts'
import { basicKinds, extensionOf, openingExtension } from './own-records.ts'

export interface NewOpening extends Opening {
  readonly from: Date
  readonly reason: string
}

/** The patient stands in the extension and not in `subject`: the reason may be none for their eyes. */
export function buildOpening({ user, patient, from, until, reason }: NewOpening): Resource {
  return {
    resourceType: 'Basic',
    code: { coding: [{ system: basicKinds, code: 'break-glass' }] },
    created: from.toISOString().slice(0, 10),
    author: { reference: user },
    extension: [
      {
        url: openingExtension,
        extension: [
          { url: 'patient', valueReference: { reference: `Patient/${patient}` } },
          { url: 'period', valuePeriod: { start: from.toISOString(), end: until.toISOString() } },
          { url: 'reason', valueString: reason },
        ],
      },
    ],
  }
}

export function readOpening(resource: Resource): Opening | undefined {
  const opening = extensionOf(resource, openingExtension)
  const { reference: user } = (resource.author ?? {}) as { reference?: string }
  const patient = opening && (extensionOf(opening, 'patient')?.valueReference as { reference?: string })
  const period = opening && (extensionOf(opening, 'period')?.valuePeriod as { end?: string })
  if (user === undefined || patient?.reference === undefined || period?.end === undefined) return undefined
  return { user, patient: patient.reference.slice('Patient/'.length), until: new Date(period.end) }
}

import type { Resource } from '#fhir/resource.ts'

/** A resource with the version that was read, so that an answer can name it. */
export interface RosterResource {
  /** `Location/1` */
  readonly reference: string
  readonly version: number
  readonly resource: Resource
}

export function sourceOf({ reference, version }: RosterResource): string {
  return `${reference}/_history/${version}`
}

const local = /^([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/\d+)?$/

/** Of a Reference to this server, without its version. */
export function referenceIn(value: unknown): string | undefined {
  const text = (value as { reference?: unknown } | undefined)?.reference
  return typeof text === 'string' ? local.exec(text)?.[1] : undefined
}

export function referencesIn(list: unknown, type?: string): readonly string[] {
  if (!Array.isArray(list)) return []
  const references = list.flatMap((one) => referenceIn(one) ?? [])
  return type === undefined ? references : references.filter((one) => one.startsWith(`${type}/`))
}

/** What is inactive, suspended or out of order takes no bookings. */
export function isInService({ resource }: RosterResource): boolean {
  const { resourceType, active, status } = resource
  if (active === false) return false
  return !(resourceType === 'Location' || resourceType === 'Device') || (status ?? 'active') === 'active'
}

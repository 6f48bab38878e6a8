import type { Resource } from '#fhir/resource.ts'

/** What a clinic's access is made of is kept in Basic: R4 has no resource for either. */
export const basicKinds = 'https://almanac.example/fhir/CodeSystem/basic-kinds'
export const policyExtension = 'https://almanac.example/fhir/StructureDefinition/access-policy-rules'
export const openingExtension = 'https://almanac.example/fhir/StructureDefinition/break-glass'

export type OwnKind = 'access-policy' | 'break-glass'

const kinds: readonly OwnKind[] = ['access-policy', 'break-glass']

export function kindOf(resource: Resource | undefined): OwnKind | undefined {
  const { coding = [] } = (resource?.code ?? {}) as { coding?: readonly { system?: string; code?: string }[] }
  return kinds.find((kind) => coding.some(({ system, code }) => system === basicKinds && code === kind))
}

interface Extension {
  readonly url: string
  readonly extension?: readonly Extension[]
  readonly [value: string]: unknown
}

export function extensionOf(holder: object, url: string): Extension | undefined {
  const { extension } = holder as { extension?: unknown }
  if (!Array.isArray(extension)) return undefined
  return extension.find((one: Extension) => one.url === url)
}

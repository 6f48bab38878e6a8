import type { CapabilityParts } from './parts.ts'
import { describeServer } from './server.ts'

/** `mode=terminology`: https://hl7.org/fhir/R4/terminologycapabilities.html */
export function buildTerminologyStatement(parts: CapabilityParts): Record<string, unknown> {
  const { operations, codeSystems = () => [] } = parts
  const offered = new Map(operations.map(({ definition }) => [definition.code, definition]))
  const expand = offered.get('expand')
  const systems = [...Map.groupBy(codeSystems(), ({ url }) => url)].map(buildCodeSystem)
  return {
    resourceType: 'TerminologyCapabilities',
    name: 'AlmanacTerminology',
    status: 'active',
    kind: 'instance',
    ...describeServer(parts),
    ...(systems.length === 0 ? {} : { codeSystem: systems }),
    ...(expand === undefined
      ? {}
      : {
          expansion: {
            hierarchical: false,
            paging: true,
            parameter: expand.parameter
              ?.filter(({ use }) => use === 'in')
              .map(({ name, documentation }) => ({ name, ...(documentation && { documentation }) })),
          },
        }),
    codeSearch: 'explicit',
    ...(offered.has('validate-code') ? { validateCode: { translations: false } } : {}),
  }
}

function buildCodeSystem([uri, versions]: [uri: string, { readonly version?: string }[]]): object {
  const codes = [...new Set(versions.flatMap(({ version }) => version ?? []))].sort()
  return { uri, ...(codes.length === 0 ? {} : { version: codes.map((code) => ({ code })) }) }
}

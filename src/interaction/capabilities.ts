import type { Definitions } from '#fhir/definitions.ts'
import { capabilityBase } from './capabilities-base.ts'
import { keepNormative } from './capabilities-normative.ts'
import {
  buildResourceCapabilities,
  type CapabilitySettings,
  searchParameterEntry,
  servedParameters,
} from './capabilities-resource.ts'
import type { Operation } from './operation.ts'

export interface CapabilityParts {
  readonly definitions: Definitions
  readonly operations: readonly Operation[]
  readonly settings: CapabilitySettings
  /** Of the software, from package.json. */
  readonly version: string
  /** When this server started saying so. */
  readonly since: Date
}

export type CapabilityMode = 'full' | 'normative' | 'terminology'

export interface Capabilities {
  /** https://hl7.org/fhir/R4/http.html#capabilities; an unknown mode is answered in full. */
  text(base: string, mode?: string): string
}

/** Stands for the clinic's base in the cached text: bases come from callers, so a text per base could be made endless. */
const basePlaceholder = 'urn:uuid:00000000-0000-0000-0000-000000000000'

/** Texts are made when first asked for, once a mode: a megabyte that most clients never read. */
export function createCapabilities(parts: CapabilityParts): Capabilities {
  const texts = new Map<CapabilityMode, readonly string[]>()

  const build: Record<CapabilityMode, () => object> = {
    full: () => buildStatement(parts),
    normative: () => keepNormative(buildStatement(parts)),
    terminology: () => buildTerminologyStatement(parts),
  }

  return {
    text(base, mode = 'full') {
      const known: CapabilityMode = mode === 'normative' || mode === 'terminology' ? mode : 'full'
      let pieces = texts.get(known)
      if (pieces === undefined) {
        pieces = JSON.stringify(build[known]()).split(basePlaceholder)
        texts.set(known, pieces)
      }
      return pieces.join(JSON.stringify(base).slice(1, -1))
    },
  }
}

function buildStatement(parts: CapabilityParts): Record<string, unknown> {
  const { resourceType, rest, ...head } = capabilityBase
  const [{ resource: _exceptions, ...server }] = rest
  const operations = parts.operations.map(({ definition }) => definition).filter(({ system }) => system)
  return {
    resourceType,
    ...head,
    ...common(parts),
    rest: [
      {
        ...server,
        resource: buildResourceCapabilities(parts.definitions, parts.operations, parts.settings),
        searchParam: systemParameters(parts.definitions),
        ...(operations.length === 0
          ? {}
          : { operation: operations.map(({ code, url }) => ({ name: code, definition: url })) }),
      },
    ],
  }
}

function common({ version, since }: CapabilityParts): Record<string, unknown> {
  return {
    date: since.toISOString(),
    software: { name: 'Almanac', version },
    implementation: { description: 'Almanac FHIR server', url: basePlaceholder },
  }
}

/** Those that every type has are those that a search across types can use. */
function systemParameters(definitions: Definitions): object[] {
  const [first = 'Patient', ...others] = definitions.resourceTypes
  return servedParameters(definitions, first)
    .filter(({ code, url }) => others.every((type) => definitions.searchParameter(type, code)?.url === url))
    .map(searchParameterEntry)
}

/** Codes are searched as written: no code system is expanded or looked up, and this says so. */
function buildTerminologyStatement(parts: CapabilityParts): Record<string, unknown> {
  return {
    resourceType: 'TerminologyCapabilities',
    name: 'AlmanacTerminology',
    status: 'active',
    kind: 'instance',
    ...common(parts),
    codeSearch: 'explicit',
  }
}

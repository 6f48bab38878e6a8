import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '../exchange.ts'
import { cutSubset, readSubset, type Subset } from '../subset.ts'
import { keepNormative } from './normative.ts'
import type { CapabilityParts } from './parts.ts'
import { buildStatement } from './statement.ts'
import { buildTerminologyStatement } from './terminology.ts'
import { answerKept, basePlaceholder, type KeptText, keepText, type TextRequest } from './text.ts'

export type { CapabilityParts } from './parts.ts'

export interface CapabilityRequest extends TextRequest {
  readonly query: readonly (readonly [name: string, value: string])[]
}

export interface Capabilities {
  /** https://hl7.org/fhir/R4/http.html#capabilities */
  answer(request: CapabilityRequest): FhirResponse
}

/** Texts are made when first asked for: a megabyte that most clients never read. */
export function createCapabilities(parts: CapabilityParts): Capabilities {
  const texts = new Map<string, KeptText>()
  const build: Readonly<Record<string, () => object>> = {
    full: () => buildStatement(parts),
    normative: () => keepNormative(buildStatement(parts)),
    terminology: () => buildTerminologyStatement(parts),
  }

  function find(mode: string, subset: Subset | undefined): KeptText {
    const key = JSON.stringify([mode, subset])
    const known = texts.get(key)
    if (known !== undefined) return known
    const text =
      subset === undefined
        ? JSON.stringify((build[mode] as () => object)())
        : cutSubset(find(mode, undefined).pieces.join(basePlaceholder), subset, parts.definitions)
    const made = keepText(text, parts.since)
    // Anybody may ask for any choice of elements, without end.
    if (!Array.isArray(subset)) texts.set(key, made)
    return made
  }

  return {
    answer(request) {
      const mode = request.query.find(([name]) => name === 'mode')?.[1] ?? 'full'
      if (!Object.hasOwn(build, mode)) throw refuseMode(Object.keys(build))
      return answerKept(find(mode, readSubset(request.query)), request)
    },
  }
}

function refuseMode(modes: readonly string[]): Refusal {
  return new Refusal(
    'value',
    `There is no such mode of the statement: ask for ${modes.join(', ')} or for none.`,
    {
      expression: 'mode',
    },
  )
}

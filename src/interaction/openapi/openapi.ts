import type { CapabilityParts } from '../capabilities/parts.ts'
import { answerKept, type KeptText, keepText, type TextRequest } from '../capabilities/text.ts'
import type { FhirResponse } from '../exchange.ts'
import { buildOpenApi } from './document.ts'

export interface OpenApi {
  answer(request: TextRequest): FhirResponse
}

/** Made when first asked for: a start pays nothing for it. */
export function createOpenApi(parts: CapabilityParts): OpenApi {
  let text: KeptText | undefined
  return {
    answer(request) {
      text ??= keepText(JSON.stringify(buildOpenApi(parts)))
      return answerKept(text, request)
    },
  }
}

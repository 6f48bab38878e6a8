import type { Resource } from './resource.ts'

/**
 * The one way to say no. A kind comes from a closed set; the table below is the only place that knows what
 * a kind means in HTTP and in OperationOutcome terms (https://hl7.org/fhir/R4/valueset-issue-type.html).
 */
const kinds = {
  malformed: { status: 400, code: 'structure' },
  invalid: { status: 400, code: 'invalid' },
  required: { status: 400, code: 'required' },
  value: { status: 400, code: 'value' },
  'not-supported': { status: 400, code: 'not-supported' },
  'too-costly': { status: 400, code: 'too-costly' },
  'too-long': { status: 413, code: 'too-long' },
  login: { status: 401, code: 'login' },
  expired: { status: 401, code: 'expired' },
  forbidden: { status: 403, code: 'forbidden' },
  'not-found': { status: 404, code: 'not-found' },
  'unknown-type': { status: 404, code: 'not-supported' },
  'method-not-allowed': { status: 405, code: 'not-supported' },
  'not-acceptable': { status: 406, code: 'not-supported' },
  conflict: { status: 409, code: 'conflict' },
  duplicate: { status: 409, code: 'duplicate' },
  deleted: { status: 410, code: 'deleted' },
  'page-expired': { status: 410, code: 'expired' },
  'version-conflict': { status: 412, code: 'conflict' },
  'multiple-matches': { status: 412, code: 'multiple-matches' },
  'media-type': { status: 415, code: 'not-supported' },
  unprocessable: { status: 422, code: 'processing' },
  'business-rule': { status: 422, code: 'business-rule' },
  'version-required': { status: 428, code: 'required' },
  throttled: { status: 429, code: 'throttled' },
  fault: { status: 500, code: 'exception' },
  unavailable: { status: 503, code: 'transient' },
  timeout: { status: 503, code: 'timeout' },
} as const

export type RefusalKind = keyof typeof kinds

export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information'
  readonly code: string
  /** A sentence for the caller: what is wrong and what to do. Never SQL, stack or another person's data. */
  readonly diagnostics: string
  /** FHIRPath into the request's resource, or `http.<header>` / a parameter's name. */
  readonly expression?: readonly string[]
}

export interface RefusalDetail {
  readonly expression?: string | readonly string[]
  /** All issues when there are several; otherwise one is made of kind, sentence and expression. */
  readonly issues?: readonly Issue[]
  /** Headers that belong to the refusal: Allow, WWW-Authenticate, Retry-After. */
  readonly headers?: Readonly<Record<string, string>>
  /** `Type/id` of what was refused, when a transaction finds that out after all its entries. */
  readonly about?: string
  /** What to do instead, asked when the refused transaction is over; resolves to a searchset that travels along. */
  readonly suggest?: () => Promise<Resource | undefined>
  /** For the log only. */
  readonly cause?: unknown
}

export class Refusal extends Error {
  readonly kind: RefusalKind
  readonly issues: readonly Issue[]
  readonly headers: Readonly<Record<string, string>>
  readonly about: string | undefined
  suggestion: Resource | undefined
  readonly #suggest: RefusalDetail['suggest']

  constructor(kind: RefusalKind, sentence: string, detail: RefusalDetail = {}) {
    super(sentence, { cause: detail.cause })
    this.name = 'Refusal'
    this.kind = kind
    this.headers = detail.headers ?? {}
    this.about = detail.about
    this.#suggest = detail.suggest
    const { expression } = detail
    this.issues = detail.issues ?? [
      {
        severity: 'error',
        code: kinds[kind].code,
        diagnostics: sentence,
        ...(expression === undefined
          ? {}
          : { expression: typeof expression === 'string' ? [expression] : expression }),
      },
    ]
  }

  get status(): number {
    return kinds[this.kind].status
  }

  /** The same refusal with its issues told otherwise: as part of a bundle, say. */
  with(issues: readonly Issue[]): Refusal {
    const { headers, about } = this
    const suggest = async () => {
      await this.lookForSuggestion()
      return this.suggestion
    }
    const retold = new Refusal(this.kind, this.message, {
      issues,
      headers,
      cause: this,
      ...(about !== undefined && { about }),
      ...(this.#suggest !== undefined && { suggest }),
    })
    retold.suggestion = this.suggestion
    return retold
  }

  /** A suggestion that fails must not hide the refusal. */
  async lookForSuggestion(): Promise<void> {
    this.suggestion ??= await this.#suggest?.().catch(() => undefined)
  }
}

import { SourceFault } from './busy-source.ts'
import type { FetchLimits } from './guarded-request.ts'
import { askVendor, refusedWith } from './vendor-json.ts'

export interface TokenQuestion {
  /** Where tokens are given out. */
  readonly address: string
  /** What is sent there; made when it is needed, since it may be signed with the time. */
  readonly form: () => Readonly<Record<string, string>>
}

interface Kept {
  readonly token: string
  readonly until: number
}

/** So long before its end a token is not used any more. */
const margin = 60_000

/** Access tokens in memory alone, one for each account, asked for by an OAuth 2.0 grant. */
export class AccessTokens {
  readonly #limits: FetchLimits
  readonly #clock: () => number
  readonly #kept = new Map<string, Promise<Kept>>()

  constructor(limits: FetchLimits, clock: () => number) {
    this.#limits = limits
    this.#clock = clock
  }

  async of(account: string, question: TokenQuestion, signal: AbortSignal): Promise<string> {
    const known = await this.#kept.get(account)
    if (known !== undefined && known.until > this.#clock()) return known.token
    const asked = this.#ask(question, signal)
    this.#kept.set(account, asked)
    asked.catch(() => this.#kept.delete(account))
    return (await asked).token
  }

  /** Its vendor would have it no more. */
  forget(account: string): void {
    this.#kept.delete(account)
  }

  async #ask({ address, form }: TokenQuestion, signal: AbortSignal): Promise<Kept> {
    const answer = await askVendor(
      address,
      {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form()).toString(),
      },
      this.#limits,
      signal,
    )
    if (answer.status !== 200) throw refusedWith(answer)
    const { access_token, expires_in } = (answer.body ?? {}) as Record<string, unknown>
    if (typeof access_token !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(access_token))
      throw new SourceFault('The calendar gives no access token.')
    return { token: access_token, until: this.#clock() + (Number(expires_in) || 0) * 1000 - margin }
  }
}

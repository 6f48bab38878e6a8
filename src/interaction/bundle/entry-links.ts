import { Refusal } from '#fhir/refusal.ts'
import type { BundleEntry } from './bundle-entry.ts'

/** From the addresses that entries have in their bundle to those they get on this server, as `Type/id`. */
export class EntryLinks {
  readonly #targets = new Map<string, string>()

  /** Two entries with one address would leave every reference to it open. */
  add({ fullUrl, expression }: BundleEntry, target: string | undefined): void {
    if (fullUrl === undefined) return
    if (this.#targets.has(fullUrl)) {
      throw new Refusal('invalid', 'Two entries have this fullUrl: each must have its own.', {
        expression: `${expression}.fullUrl`,
      })
    }
    this.#targets.set(fullUrl, target ?? fullUrl)
  }

  /** An exact match, or one of the part before '#'. */
  findUri(text: string): string | undefined {
    const exact = this.#targets.get(text)
    if (exact !== undefined) return exact
    const hash = text.indexOf('#')
    if (hash < 1) return undefined
    const target = this.#targets.get(text.slice(0, hash))
    return target === undefined ? undefined : target + text.slice(hash)
  }

  /**
   * A reference may also name a version, which this server counts anew, and be relative to where its own entry comes
   * from: https://hl7.org/fhir/R4/bundle.html#references
   */
  findReference(text: string, fullUrl: string | undefined): string | undefined {
    const history = text.indexOf('/_history/')
    const plain = history < 0 ? text : text.slice(0, history)
    const found = this.findUri(plain)
    if (found !== undefined || fullUrl === undefined || !relative.test(plain)) return found
    const base = restful.exec(fullUrl)?.[1]
    return base === undefined ? undefined : this.findUri(base + plain)
  }
}

const relative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}(?:#|$)/
const restful = /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/

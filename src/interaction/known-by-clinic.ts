/** What is read for a clinic when first asked for, and again after it was forgotten; at once when it is known, since every request asks. */
export class KnownByClinic<T extends object> {
  readonly #load: (tenant: string) => Promise<T>
  readonly #onKnown: (tenant: string, loaded: T) => void
  readonly #known = new Map<string, T | Promise<T>>()

  constructor(
    load: (tenant: string) => Promise<T>,
    onKnown: (tenant: string, loaded: T) => void = () => undefined,
  ) {
    this.#load = load
    this.#onKnown = onKnown
  }

  of(tenant: string): T | Promise<T> {
    const known = this.#known.get(tenant)
    if (known !== undefined) return known
    const loading = this.#load(tenant)
    this.#known.set(tenant, loading)
    loading.then(
      (loaded) => this.#settle(tenant, loading, loaded),
      () => this.#settle(tenant, loading, undefined),
    )
    return loading
  }

  /** Undefined: of all clinics. */
  forget(tenant: string | undefined): void {
    if (tenant === undefined) this.#known.clear()
    else this.#known.delete(tenant)
  }

  /** What was forgotten while it was being read is not kept: it may be older than the change. */
  #settle(tenant: string, loading: Promise<T>, loaded: T | undefined): void {
    if (this.#known.get(tenant) !== loading) return
    if (loaded === undefined) {
      this.#known.delete(tenant)
      return
    }
    this.#known.set(tenant, loaded)
    this.#onKnown(tenant, loaded)
  }
}

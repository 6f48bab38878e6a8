/** Clinics where time may have come free since somebody looked; lost with the process, which is why others look now and then. */
export class StirredClinics {
  readonly #stirred = new Set<string>()
  #wake: () => void = () => undefined

  stir(tenant: string): void {
    this.#stirred.add(tenant)
    this.#wake()
  }

  /** Looked at again, in the course of things. */
  stirLater(tenant: string): void {
    this.#stirred.add(tenant)
  }

  /** Whoever looks hears of it at once. */
  onStir(wake: () => void): void {
    this.#wake = wake
  }

  /** All of them, once. */
  take(): readonly string[] {
    const taken = [...this.#stirred]
    this.#stirred.clear()
    return taken
  }
}

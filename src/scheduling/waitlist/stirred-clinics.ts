/** Clinics where time may have come free since somebody looked; lost with the process, which is why others look now and then. */
export class StirredClinics {
  readonly #stirred = new Set<string>()

  stir(tenant: string): void {
    this.#stirred.add(tenant)
  }

  /** All of them, once. */
  take(): readonly string[] {
    const taken = [...this.#stirred]
    this.#stirred.clear()
    return taken
  }
}

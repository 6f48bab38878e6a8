/** Code systems and value sets, as far as a search needs them. Undefined: not held here. */
export interface Terminology {
  expand(valueSet: string): Promise<readonly Concept[] | undefined>
  /** The code and all that it subsumes. */
  below(system: string, code: string): Promise<readonly string[] | undefined>
  /** The code and all that subsume it. */
  above(system: string, code: string): Promise<readonly string[] | undefined>
}

export interface Concept {
  readonly system?: string
  readonly code: string
}

/** One resource that both validators are asked about. */
export interface Case {
  /** Where it comes from, and what was done to it: `r4/patient-example`, `own/slot~unknown-element~Slot.schedule`. */
  readonly name: string
  /** As it would be sent: a parsed form would have lost decimals and the order of elements. */
  readonly text: string
  readonly mutation?: Mutation
}

export interface Mutation {
  readonly kind: string
  /** FHIRPath of the place that was changed. */
  readonly at: string
  /** It is no JSON of the type any more: whoever accepts it is wrong, whatever the other says. */
  readonly breaksStructure: boolean
}

export interface Finding {
  readonly severity: string
  /** Ours: issue code; the judge's: message id. */
  readonly id: string
  readonly location: string
  readonly message: string
}

export interface Verdict {
  readonly name: string
  readonly issues: readonly Finding[]
}

export function errorsOf(verdict: Verdict): readonly Finding[] {
  return verdict.issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')
}

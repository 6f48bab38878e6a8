/** What verification can find wrong, and where: a sentence for people, the rest for programs. */
export interface Fault {
  readonly kind: FaultKind
  readonly tenant: string
  /** Of the chain's entry where it shows. */
  readonly entry?: number
  /** Id of the event. */
  readonly event?: string
  /** Number of the event in the clinic's log. */
  readonly sequence?: number
  /** Of the table of events, that searches go by. */
  readonly column?: string
  readonly sentence: string
}

export type FaultKind =
  | 'altered'
  | 'missing'
  | 'moved'
  | 'inserted'
  | 'back-dated'
  | 'column'
  | 'entry-altered'
  | 'entry-missing'
  | 'entry-reordered'
  | 'bad-signature'
  | 'unknown-key'
  | 'truncated'
  | 'rewritten'
  | 'unsealed'

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  /** False: the best plan depends on the values, so it is made anew each time. */
  readonly prepared?: boolean
}

/** Sends a statement for the clinic of whoever asks: by itself, or inside an open transaction. */
export type Run = <Row extends object>(statement: Statement) => Promise<readonly Row[]>

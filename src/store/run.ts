export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** Sends a statement for the clinic of whoever asks: by itself, or inside an open transaction. */
export type Run = <Row extends object>(statement: Statement) => Promise<readonly Row[]>

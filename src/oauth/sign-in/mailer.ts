/** Carries a letter; resolves when it is handed over. Delivery has the ways to do that. */
export interface Mailer {
  send(letter: Letter): Promise<void>
}

export interface Letter {
  /** Whoever gets it twice under one id has it once. */
  readonly id?: string
  readonly to: string
  readonly subject: string
  /** Plain: nothing in it that a reader would have to trust. */
  readonly text: string
}

export interface KeptLetter {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly sent: Date
}

/** Letters go nowhere: the newest are kept in memory, for whoever tries the server out. */
export function createOutboxMailer(clock: () => Date, told: (letter: KeptLetter) => void = () => undefined) {
  const letters: KeptLetter[] = []
  return {
    async send(letter: {
      readonly to: string
      readonly subject: string
      readonly text: string
    }): Promise<void> {
      const kept = { ...letter, sent: clock() }
      letters.unshift(kept)
      letters.length = Math.min(letters.length, mostKept)
      told(kept)
    },
    letters: (): readonly KeptLetter[] => letters,
  }
}

const mostKept = 50

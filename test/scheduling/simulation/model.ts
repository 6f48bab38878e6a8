/** What an appointment takes of an actor, from when on it may have had it, and until when. */
export interface Placement {
  readonly appointment: string
  readonly actor: string
  readonly from: number
  readonly to: number
  readonly capacity: number
  /** May be one more than there is room for. */
  readonly over: boolean
  /** Ticks of the story: asked, answered; taken back: asked, answered. */
  readonly asked: number
  readonly answered: number
  backAsked: number
  backAnswered: number
  /** Of a hold, in virtual time. */
  readonly expires?: number
}

export interface Demand {
  readonly actor: string
  readonly from: number
  readonly to: number
  readonly capacity: number
  readonly over: boolean
}

const overlaps = (a: { from: number; to: number }, b: { from: number; to: number }) =>
  a.from < b.to && b.from < a.to

/** What must be true whatever the order of things, said without looking at how it is done. */
export class Model {
  readonly placements: Placement[] = []

  /** Live in some order of events that fits the answers: a refusal in that time may be its doing. */
  mayBeTaken(
    demands: readonly Demand[],
    appointment: string,
    asked: number,
    answered: number,
    time: number,
  ): boolean {
    return demands.some((demand) => {
      const others = this.placements.filter(
        (one) =>
          one.actor === demand.actor &&
          one.appointment !== appointment &&
          overlaps(one, demand) &&
          one.asked < answered &&
          one.backAnswered > asked &&
          (one.expires === undefined || one.expires > time),
      )
      const places = Math.min(demand.capacity, ...others.map(({ capacity }) => capacity))
      return others.length >= places && (!demand.over || others.some(({ over }) => over))
    })
  }

  /** Live in every order of events that fits the answers. */
  overbooked(): string | undefined {
    for (const one of this.placements)
      for (const at of [one.answered]) {
        const together = this.placements.filter(
          (other) =>
            other.actor === one.actor &&
            overlaps(one, other) &&
            other.answered <= at &&
            other.backAsked > at &&
            other.expires === undefined,
        )
        const distinct = new Set(together.map(({ appointment }) => appointment))
        const places = one.capacity + (together.some(({ over }) => over) ? 1 : 0)
        if (one.expires === undefined && distinct.size > places)
          return `${one.actor} has ${distinct.size} visits at once: ${[...distinct].join(', ')}`
      }
    return undefined
  }
}

import type { Interval } from '../availability/interval.ts'
import { firstFrom } from '../first-from.ts'
import type { CountedVisit } from './counted-visits.ts'

/** Visits by whom they take time of, so that a rule looks at a day's and not at a year's. */
export class VisitIndex {
  readonly #byActor: Map<string, CountedVisit[]>
  readonly #all: CountedVisit[]
  #longest: number

  constructor(visits: readonly CountedVisit[]) {
    this.#all = visits.toSorted((a, b) => a.start - b.start)
    this.#byActor = Map.groupBy(this.#all, ({ actor }) => actor)
    this.#longest = visits.reduce((most, { start, end }) => Math.max(most, end - start), 0)
  }

  /** One more is booked. */
  add(visit: CountedVisit): void {
    const known = this.#byActor.get(visit.actor)
    if (known === undefined) this.#byActor.set(visit.actor, [visit])
    else insert(known, visit)
    insert(this.#all, visit)
    this.#longest = Math.max(this.#longest, visit.end - visit.start)
  }

  /** Those that lie over a range, of one actor or of all, but for one appointment. */
  over(actor: string | undefined, { start, end }: Interval, except?: string): readonly CountedVisit[] {
    const visits = actor === undefined ? this.#all : (this.#byActor.get(actor) ?? [])
    const found: CountedVisit[] = []
    for (let at = firstFrom(visits, start - this.#longest); at < visits.length; at++) {
      const visit = visits[at] as CountedVisit
      if (visit.start >= end) break
      if (visit.end > start && visit.appointment !== except) found.push(visit)
    }
    return found
  }
}

function insert(visits: CountedVisit[], visit: CountedVisit): void {
  visits.splice(firstFrom(visits, visit.start), 0, visit)
}

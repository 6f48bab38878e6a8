import type { Resource } from '#fhir/resource.ts'
import type { Wanted } from '../advice.ts'

export type LookForAlternatives = (wanted: Wanted, most: number) => Promise<readonly Resource[]>

/** Look-ups under way at once; while they are, the others share. */
const places = 2

/**
 * Where losers ask what else there is. One who comes alone is looked for by themselves; of a crowd all who wanted the same
 * time share one look-up, in which no patient counts: when one is busy must not be told to another.
 */
export class AlternativesDesk {
  readonly #look: LookForAlternatives
  /** What one of a crowd waits, in milliseconds: better no alternatives than a late answer. */
  readonly #patience: number
  #underWay = 0
  readonly #waiting: (() => void)[] = []
  readonly #shared = new Map<string, Promise<readonly Resource[]>>()

  constructor(look: LookForAlternatives, patience = 500) {
    this.#look = look
    this.#patience = patience
  }

  ask(wanted: Wanted, most: number): Promise<readonly Resource[]> {
    if (this.#underWay < places) return this.#inTurn(() => this.#look(wanted, most))
    const { patients, appointment } = withoutPatients(wanted.appointment)
    const key = keyOf(wanted.principal.tenant, appointment, most)
    const shared = this.#shared.get(key) ?? this.#share(key, { ...wanted, appointment }, most)
    return this.#soon(shared.then((found) => found.map((one) => withPatients(one, patients))))
  }

  #share(key: string, wanted: Wanted, most: number): Promise<readonly Resource[]> {
    const latest = performance.now() + this.#patience
    const shared = this.#inTurn(async () =>
      performance.now() > latest ? [] : this.#look(wanted, most),
    ).finally(() => this.#shared.delete(key))
    this.#shared.set(key, shared)
    return shared
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay < places) this.#underWay++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Its place is handed on, so that nobody slips in between.
      if (next === undefined) this.#underWay--
      else next()
    }
  }

  async #soon(found: Promise<readonly Resource[]>): Promise<readonly Resource[]> {
    const { promise: late, resolve } = Promise.withResolvers<readonly Resource[]>()
    const timer = setTimeout(resolve, this.#patience, [])
    try {
      return await Promise.race([found, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

interface Participant {
  readonly actor?: { readonly reference?: string }
}

const isPatient = ({ actor }: Participant) =>
  /(?:^|\/)(?:Patient|RelatedPerson)\//.test(actor?.reference ?? '')

function withoutPatients(appointment: Resource): { appointment: Resource; patients: readonly string[] } {
  const all = Array.isArray(appointment.participant)
    ? (appointment.participant as readonly Participant[])
    : []
  return {
    appointment: { ...appointment, participant: all.filter((one) => !isPatient(one)) },
    patients: all.filter(isPatient).flatMap(({ actor }) => actor?.reference ?? []),
  }
}

/** As an offer names them: build-offer.ts. */
function withPatients(offer: Resource, patients: readonly string[]): Resource {
  const added = patients
    .filter((reference) => reference.startsWith('Patient/'))
    .map((reference) => ({ actor: { reference }, required: 'required', status: 'needs-action' }))
  return { ...offer, participant: [...((offer.participant as readonly unknown[]) ?? []), ...added] }
}

function keyOf(
  tenant: string,
  { start, end, serviceType, slot, participant }: Resource,
  most: number,
): string {
  return JSON.stringify([tenant, start, end, serviceType, slot, participant, most])
}

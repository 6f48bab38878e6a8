import { Refusal } from '#fhir/refusal.ts'

/** One request's place among those being worked on. */
export interface Place {
  heldBytes: number
}

/**
 * Bounds what is worked on at one time, by number and by bytes of bodies held: past either, callers are told at once to
 * come back, rather than all of them waiting until memory ends.
 */
export class Admission {
  readonly #maxInFlight: number
  readonly #maxBufferedBytes: number
  #inFlight = 0
  #bufferedBytes = 0

  constructor(maxInFlight: number, maxBufferedBytes: number) {
    this.#maxInFlight = maxInFlight
    this.#maxBufferedBytes = maxBufferedBytes
  }

  get inFlight(): number {
    return this.#inFlight
  }

  enter(): Place {
    if (this.#inFlight >= this.#maxInFlight) throw busy()
    this.#inFlight++
    return { heldBytes: 0 }
  }

  hold(place: Place, bytes: number): void {
    if (this.#bufferedBytes + bytes > this.#maxBufferedBytes) throw busy()
    this.#bufferedBytes += bytes
    place.heldBytes += bytes
  }

  leave(place: Place): void {
    this.#inFlight--
    this.#bufferedBytes -= place.heldBytes
  }
}

function busy(): Refusal {
  return new Refusal(
    'unavailable',
    'The server is at its limit of work: send the request again in a second.',
    {
      headers: { 'Retry-After': '1' },
    },
  )
}

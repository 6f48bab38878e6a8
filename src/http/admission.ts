import { Refusal } from '#fhir/refusal.ts'
import type { HttpSettings } from './parts.ts'

/** One request's place among those being worked on. */
export interface Place {
  heldBytes: number
  /** Has one of the turns for large bodies. */
  large: boolean
}

/** Milliseconds: whoever waits longer before anything is done had better come back. */
const longestWait = 10_000

const largeBody = 256 * 1024
/** One is parsed and checked while PostgreSQL writes the other. More gain no time, and each holds ten times its length. */
const mostLarge = 2

/**
 * Bounds what is worked on at one time, by number and by bytes of bodies held. Past the number callers wait at the door,
 * their bodies unread, so that a rush costs the last of them time and not an error; past the bytes, or when the door is
 * crowded too, they are told at once to come back, rather than all of them waiting until memory ends.
 */
export class Admission {
  readonly #maxInFlight: number
  readonly #maxWaiting: number
  readonly #maxBufferedBytes: number
  #inFlight = 0
  #bufferedBytes = 0
  readonly #waiting = new Set<() => void>()
  #large = 0
  readonly #largeWaiting: (() => void)[] = []

  constructor({
    maxInFlight,
    maxWaiting,
    maxBufferedBytes,
  }: Pick<HttpSettings, 'maxInFlight' | 'maxWaiting' | 'maxBufferedBytes'>) {
    this.#maxInFlight = maxInFlight
    this.#maxWaiting = maxWaiting
    this.#maxBufferedBytes = maxBufferedBytes
  }

  get inFlight(): number {
    return this.#inFlight
  }

  async enter(): Promise<Place> {
    if (this.#inFlight < this.#maxInFlight) this.#inFlight++
    else await this.#waitForPlace()
    return { heldBytes: 0, large: false }
  }

  /** A place that is left is handed on to whoever came first. */
  #waitForPlace(): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) throw busy()
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer)
        this.#waiting.delete(enter)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(enter)
        reject(busy())
      }, longestWait)
      this.#waiting.add(enter)
    })
  }

  hold(place: Place, bytes: number): void {
    if (this.#bufferedBytes + bytes > this.#maxBufferedBytes) throw busy()
    this.#bufferedBytes += bytes
    place.heldBytes += bytes
  }

  /** To be waited for once a body has come and before it is parsed, so that nobody's slow sending takes a turn. */
  async takeTurn(place: Place): Promise<void> {
    if (place.heldBytes < largeBody) return
    if (this.#large < mostLarge) this.#large++
    else await new Promise<void>((resolve) => this.#largeWaiting.push(resolve))
    place.large = true
  }

  leave(place: Place): void {
    if (place.large) this.#passTurnOn()
    this.#bufferedBytes -= place.heldBytes
    const [next] = this.#waiting
    if (next === undefined) this.#inFlight--
    else next()
  }

  #passTurnOn(): void {
    const next = this.#largeWaiting.shift()
    if (next === undefined) this.#large--
    else next()
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

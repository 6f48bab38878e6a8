import type { Resource } from '#fhir/resource.ts'
import { type Place, patients, places, visit } from './clinic.ts'

/** What a client knows of one attempt. `unknown`: no answer came, or one that leaves it open (5xx). */
export interface Attempt {
  readonly mark: string
  readonly deed: 'book' | 'hold' | 'confirm' | 'move' | 'cancel'
  readonly outcome: 'done' | 'refused' | 'unknown'
  readonly status: number
  readonly milliseconds: number
  /** The appointment it was about, or has made. */
  readonly appointment?: string
  readonly place?: Place
}

interface Mine {
  readonly id: string
  readonly held: boolean
  readonly place: Place
  readonly patient: string
}

export class Client {
  readonly attempts: Attempt[] = []
  readonly #name: string
  readonly #ports: readonly number[]
  readonly #token: string
  #mine: Mine | undefined

  constructor(name: string, ports: readonly number[], token: string) {
    this.#name = name
    this.#ports = ports
    this.#token = token
  }

  async act(): Promise<void> {
    const mark = `${this.#name}-${this.attempts.length}`
    const place = pick(places)
    const patient = pick(patients)
    const mine = this.#mine
    if (mine === undefined) {
      const held = Math.random() < 0.4
      const answer = await (held
        ? this.#operate(
            'Appointment/$hold',
            'appointment-resource',
            { resource: visit(mark, place, patient, 'proposed') },
            { minutes: { valueInteger: 1 } },
          )
        : this.#send('POST', 'Appointment', visit(mark, place, patient, 'booked')))
      const made = appointmentOf(answer.json)
      this.#note({ mark, deed: held ? 'hold' : 'book', place }, answer, made?.id)
      if (made?.id !== undefined) this.#mine = { id: made.id, held, place, patient }
      return
    }
    const deed = mine.held && Math.random() < 0.6 ? 'confirm' : Math.random() < 0.5 ? 'move' : 'cancel'
    const answer =
      deed === 'confirm'
        ? await this.#operate('Appointment/$book', 'appointment-reference', {
            valueReference: { reference: `Appointment/${mine.id}` },
          })
        : deed === 'cancel'
          ? await this.#operate(`Appointment/${mine.id}/$cancel`, 'reason-text', { valueString: mark })
          : await this.#operate(`Appointment/${mine.id}/$reschedule`, 'slot', {
              valueReference: { reference: `Slot/${place.slot}` },
            })
    const changed = appointmentOf(answer.json)
    this.#note(
      { mark, deed, place: deed === 'move' ? place : mine.place },
      answer,
      mine.id,
      changed !== undefined,
    )
    // What is not known is not gone on with.
    if (answer.status === 0 || answer.status >= 500 || deed === 'cancel') this.#mine = undefined
    else if (changed !== undefined)
      this.#mine = {
        ...mine,
        held: deed === 'confirm' ? false : mine.held,
        place: deed === 'move' ? place : mine.place,
      }
    else if (deed === 'confirm') this.#mine = undefined
  }

  #note(
    about: Pick<Attempt, 'mark' | 'deed' | 'place'>,
    answer: Answer,
    appointment?: string,
    done = appointment !== undefined,
  ): void {
    const { status, milliseconds } = answer
    const outcome = status === 0 || status >= 500 ? 'unknown' : done ? 'done' : 'refused'
    this.attempts.push({
      ...about,
      outcome,
      status,
      milliseconds,
      ...(appointment !== undefined && { appointment }),
    })
  }

  #operate(path: string, name: string, value: object, more: Record<string, object> = {}): Promise<Answer> {
    const parameter = [
      { name, ...value },
      ...Object.entries(more).map(([other, given]) => ({ name: other, ...given })),
    ]
    return this.#send('POST', path, { resourceType: 'Parameters', parameter })
  }

  async #send(method: string, path: string, body: object): Promise<Answer> {
    const began = performance.now()
    try {
      const answer = await fetch(`http://127.0.0.1:${pick(this.#ports)}/fhir/${path}`, {
        method,
        headers: { Authorization: `Bearer ${this.#token}`, 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      })
      const text = await answer.text()
      return { status: answer.status, json: JSON.parse(text), milliseconds: performance.now() - began }
    } catch {
      return { status: 0, json: {}, milliseconds: performance.now() - began }
    }
  }
}

interface Answer {
  readonly status: number
  readonly json: Partial<Resource>
  readonly milliseconds: number
}

function appointmentOf(json: Partial<Resource>): Resource | undefined {
  const { entry = [] } = json as { entry?: readonly { resource: Resource }[] }
  const found = json.resourceType === 'Appointment' ? (json as Resource) : entry[0]?.resource
  return found?.resourceType === 'Appointment' ? found : undefined
}

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item

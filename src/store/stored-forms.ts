import type { EventRow, FormRow } from './event-row.ts'

/**
 * The forms of events that this process knows to be stored: with a form's first event it is written too. What is known is forgotten with any
 * connection that is lost, since the database may come back as one that had not received the last of it.
 */
export class StoredForms {
  #known = new WeakSet<FormRow>()

  /** What is known at this moment; to be added to once the events are committed. */
  get known(): WeakSet<FormRow> {
    return this.#known
  }

  forget(): void {
    this.#known = new WeakSet()
  }
}

export function rememberForms(known: WeakSet<FormRow>, events: readonly EventRow[]): void {
  for (const { form } of events) if (form !== undefined) known.add(form)
}

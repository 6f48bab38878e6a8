import type pg from 'pg'
import { auditForms } from './audit-tables.ts'
import { type FilledForm, readForm } from './event-texts.ts'

/** Undefined: whatever stands there, no server has written it. */
export type FormColumns = ReadonlyMap<string, FilledForm | undefined>

/** What forms have for the columns of their events; each is asked for once. */
export class ColumnsOfForms {
  readonly #client: pg.Client
  readonly #forms = new Map<string, FormColumns>()

  constructor(client: pg.Client) {
    this.#client = client
  }

  async load(tenant: string, ids: ReadonlySet<string>): Promise<void> {
    const unknown = [...ids].filter((id) => !this.#forms.has(keyOf(tenant, id)))
    if (unknown.length === 0) return
    const { rows } = await this.#client.query<Record<string, string | null>>(
      `select * from ${auditForms} where tenant = $1 and id = any($2::uuid[])`,
      [tenant, unknown],
    )
    for (const { id, ...said } of rows) {
      const filled = Object.entries(said).flatMap(([name, text]) =>
        name.startsWith('by_') && text !== null ? [[name, readForm(text)] as const] : [],
      )
      this.#forms.set(keyOf(tenant, id as string), new Map(filled))
    }
  }

  of(tenant: string, id: string): FormColumns | undefined {
    return this.#forms.get(keyOf(tenant, id))
  }
}

function keyOf(tenant: string, id: string): string {
  return `${tenant} ${id}`
}

import type { AskRows } from './rows.ts'

/** "I am your patient": what somebody says who they are, until the clinic has said yes or no. */
export interface RecordClaim {
  readonly id: string
  readonly clinic: string
  readonly account: string
  readonly statement: Statement
  readonly created: Date
}

export interface Statement {
  /** Number of the record, or of the insurance. */
  readonly identifier: string
  readonly familyName: string
  /** YYYY-MM-DD */
  readonly birthDate: string
}

export interface RecordClaims {
  /** In place of one that is still open. */
  add(clinic: string, account: string, statement: Statement): Promise<void>
  open(clinic: string): Promise<readonly RecordClaim[]>
  /** Undefined: it was decided already. */
  decide(
    clinic: string,
    id: string,
    by: string,
    patient: string | undefined,
  ): Promise<RecordClaim | undefined>
}

interface Row {
  readonly id: string
  readonly clinic: string
  readonly account: string
  readonly identifier: string
  readonly family_name: string
  readonly birth_date: string
  readonly created: Date
}

const columns = `id, clinic, account, identifier, family_name, to_char(birth_date, 'YYYY-MM-DD') as birth_date, created`

export function createRecordClaims(ask: AskRows, newId: () => string): RecordClaims {
  return {
    async add(clinic, account, { identifier, familyName, birthDate }) {
      await ask(
        `insert into record_claim (id, clinic, account, identifier, family_name, birth_date)
         values ($1, $2, $3, $4, $5, $6::date)
         on conflict (clinic, account) where decided is null do update set identifier = excluded.identifier,
           family_name = excluded.family_name, birth_date = excluded.birth_date, created = now()`,
        [newId(), clinic, account, identifier, familyName, birthDate],
      )
    },
    async open(clinic) {
      const rows = await ask<Row>(
        `select ${columns} from record_claim where clinic = $1 and decided is null order by created limit 100`,
        [clinic],
      )
      return rows.map(buildClaim)
    },
    async decide(clinic, id, by, patient) {
      const [row] = await ask<Row>(
        `update record_claim set decided = now(), decided_by = $3, patient = $4
         where clinic = $1 and id = $2 and decided is null returning ${columns}`,
        [clinic, id, by, patient ?? null],
      )
      return row && buildClaim(row)
    },
  }
}

function buildClaim(row: Row): RecordClaim {
  const { id, clinic, account, created, identifier } = row
  const statement = { identifier, familyName: row.family_name, birthDate: row.birth_date }
  return { id, clinic, account, created, statement }
}

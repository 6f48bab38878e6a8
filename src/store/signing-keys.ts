/** The server's own keys, one table for all clinics. The private half never leaves the database but to sign. */
export interface SigningKeyRow {
  readonly kid: string
  readonly jwk: Readonly<Record<string, unknown>>
  readonly created: Date
  readonly retired?: Date
}

export interface SigningKeyRows {
  load(): Promise<readonly SigningKeyRow[]>
  /** Adds the key unless one in use is there. Two servers that start in the same instant may both add theirs: both verify. */
  addFirst(row: SigningKeyRow): Promise<void>
  /** Adds the key and retires all others, as one. */
  rotate(row: SigningKeyRow): Promise<void>
}

interface Queryable {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

export function openSigningKeyRows(database: Queryable): SigningKeyRows {
  return {
    async load() {
      const { rows } = await database.query(
        'select kid, jwk, created, retired from signing_key order by created, kid',
      )
      return rows.map((row) => {
        const { kid, jwk, created, retired } = row as SigningKeyRow & { readonly retired: Date | null }
        return { kid, jwk, created, ...(retired === null ? {} : { retired }) }
      })
    },
    async addFirst(row) {
      await database.query(
        `insert into signing_key (kid, jwk, created)
         select $1, $2::jsonb, $3
         where not exists (select 1 from signing_key where retired is null)`,
        [row.kid, JSON.stringify(row.jwk), row.created],
      )
    },
    async rotate(row) {
      await database.query(
        `with retired as (update signing_key set retired = $3 where retired is null)
         insert into signing_key (kid, jwk, created) values ($1, $2::jsonb, $3)`,
        [row.kid, JSON.stringify(row.jwk), row.created],
      )
    },
  }
}

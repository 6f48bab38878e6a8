import type { AskRows } from './rows.ts'
import { digest, isSame, keyedDigest, newDigits, newSecret } from './secrets.ts'

/** What somebody has shown so far. */
export type Factor = 'mail' | 'password' | 'totp' | 'passkey'

/** One attempt to sign in, at one browser. */
export interface Visit {
  readonly email?: string
  readonly clinic?: string
  /** A path of this server. */
  readonly continues: string
  readonly factors: readonly Factor[]
  readonly account?: string
  readonly challenge?: string
  readonly pendingSecret?: Buffer
}

export interface OpenedVisit {
  /** For the browser's cookie. */
  readonly secret: string
}

export interface Mailed extends OpenedVisit {
  readonly link: string
  readonly code: string
}

export interface Visits {
  /** Undefined: so many were mailed to this address of late that no more are; the browser's visit is opened all the same. */
  openByMail(start: VisitStart & { readonly email: string }): Promise<OpenedVisit & Partial<Mailed>>
  open(start: VisitStart & { readonly challenge?: string }): Promise<OpenedVisit>
  find(secret: string): Promise<Visit | undefined>
  /** The mailed link, opened in the browser that asked. */
  showLink(secret: string, link: string): Promise<boolean>
  useLink(secret: string, link: string): Promise<boolean>
  /** False: wrong, too often wrong, or too late. */
  useCode(secret: string, code: string): Promise<boolean>
  /**
   * A factor was shown: the visit goes on under a new secret, so that one planted in the browser beforehand is worth
   * nothing from here on. Undefined: it is gone.
   */
  advance(secret: string, step: VisitStep): Promise<OpenedVisit | undefined>
  keepPending(secret: string, pending: VisitPending): Promise<void>
  /** Who signed in on the way to `continues`; once. */
  take(secret: string, continues: string): Promise<Visit | undefined>
}

export interface VisitStart {
  readonly continues: string
  readonly clinic?: string | undefined
  readonly email?: string
}

export interface VisitStep {
  readonly factor?: Factor
  readonly account?: string
  readonly finished?: boolean
}

export interface VisitPending {
  readonly challenge?: string
  readonly pendingSecret?: Buffer
}

const minutes = 60
/** Of the whole attempt, and of what was mailed. */
const visitSeconds = 30 * minutes
const mailSeconds = 10 * minutes
const mostTries = 5
/** To one address: enough for impatience, too little to be a nuisance. */
const mostMails = 5

interface Row {
  readonly email: string | null
  readonly clinic: string | null
  readonly continues: string
  readonly factors: readonly Factor[]
  readonly account: string | null
  readonly challenge: string | null
  readonly pending_secret: Buffer | null
}

const columns = 'email, clinic, continues, factors, account, challenge, pending_secret'

export function createVisits(ask: AskRows, codeKey: Uint8Array): Visits {
  const insert = async (start: VisitStart, challenge: string | null, link: string, code: string) => {
    const secret = newSecret()
    const id = digest(secret)
    const [row] = await ask<{ mailed: boolean }>(
      `insert into sign_in_visit (id, email, clinic, continues, challenge, link, code, expires)
       select $1, $2, $3, $4, $5, case when mailed then $6::bytea end, case when mailed then $7::bytea end,
         now() + make_interval(secs => ${visitSeconds})
       from (select count(*) < ${mostMails} as mailed from sign_in_visit
         where email = $2 and created > now() - interval '15 minutes') as recent
       returning link is not null as mailed`,
      [
        id,
        start.email ?? null,
        start.clinic ?? null,
        start.continues,
        challenge,
        digest(link),
        keyedDigest(codeKey, secret, code),
      ],
    )
    return { secret, mailed: row?.mailed === true }
  }
  return {
    async openByMail(start) {
      const link = newSecret()
      const code = newDigits(8)
      const { secret, mailed } = await insert(start, null, link, code)
      return mailed ? { secret, link, code } : { secret }
    },
    async open(start) {
      const { secret } = await insert(start, start.challenge ?? null, newSecret(), newSecret())
      return { secret }
    },
    async find(secret) {
      const [row] = await ask<Row>(
        `select ${columns} from sign_in_visit where id = $1 and expires > now() and not finished`,
        [digest(secret)],
      )
      return row && buildVisit(row)
    },
    async showLink(secret, link) {
      const rows = await ask(
        `select from sign_in_visit where id = $1 and link = $2
         and created > now() - make_interval(secs => ${mailSeconds})`,
        [digest(secret), digest(link)],
      )
      return rows.length === 1
    },
    async useLink(secret, link) {
      const rows = await ask(
        `update sign_in_visit set link = null, code = null where id = $1 and link = $2
         and created > now() - make_interval(secs => ${mailSeconds}) returning id`,
        [digest(secret), digest(link)],
      )
      return rows.length === 1
    },
    async useCode(secret, code) {
      const id = digest(secret)
      const [row] = await ask<{ code: Buffer }>(
        `update sign_in_visit set tries = tries + 1 where id = $1 and code is not null and tries < ${mostTries}
         and created > now() - make_interval(secs => ${mailSeconds}) returning code`,
        [id],
      )
      if (row === undefined || !isSame(row.code, keyedDigest(codeKey, secret, code))) return false
      const used = await ask(
        'update sign_in_visit set link = null, code = null where id = $1 and code is not null returning id',
        [id],
      )
      return used.length === 1
    },
    async advance(secret, { factor, account, finished = false }) {
      const next = newSecret()
      const rows = await ask(
        `update sign_in_visit set id = $2, account = coalesce($3, account), challenge = null, finished = $5,
           factors = case when $4::text is null then factors else array_append(factors, $4) end
         where id = $1 and expires > now() and not finished returning id`,
        [digest(secret), digest(next), account ?? null, factor ?? null, finished],
      )
      return rows.length === 1 ? { secret: next } : undefined
    },
    async keepPending(secret, { challenge, pendingSecret }) {
      await ask(
        `update sign_in_visit set challenge = coalesce($2, challenge), pending_secret = coalesce($3, pending_secret)
         where id = $1`,
        [digest(secret), challenge ?? null, pendingSecret ?? null],
      )
    },
    async take(secret, continues) {
      const [row] = await ask<Row>(
        `delete from sign_in_visit where id = $1 and continues = $2 and finished and expires > now()
         returning ${columns}`,
        [digest(secret), continues],
      )
      return row && buildVisit(row)
    },
  }
}

function buildVisit(row: Row): Visit {
  const { email, clinic, account, challenge, pending_secret } = row
  return {
    continues: row.continues,
    factors: row.factors,
    ...(email === null ? {} : { email }),
    ...(clinic === null ? {} : { clinic }),
    ...(account === null ? {} : { account }),
    ...(challenge === null ? {} : { challenge }),
    ...(pending_secret === null ? {} : { pendingSecret: pending_secret }),
  }
}

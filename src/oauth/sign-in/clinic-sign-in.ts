import type { Account } from '../account.ts'
import type { AskRows } from './rows.ts'

/** How a clinic lets people in. */
export interface ClinicSignIn {
  readonly passwords: boolean
  readonly registration: boolean
}

export interface ClinicSignIns {
  of(clinic: string): Promise<ClinicSignIn>
  /** What any clinic of the server allows: for who comes without naming one. */
  any(): Promise<ClinicSignIn>
  /** Whether any clinic where somebody is a member takes passwords. */
  passwordsFor(account: Account): Promise<boolean>
  set(clinic: string, choice: ClinicSignIn): Promise<void>
}

const closed: ClinicSignIn = { passwords: false, registration: false }

export function createClinicSignIns(ask: AskRows): ClinicSignIns {
  return {
    async of(clinic) {
      const [row] = await ask<ClinicSignIn>(
        'select passwords, registration from clinic_sign_in where clinic = $1',
        [clinic],
      )
      return row ?? closed
    },
    async any() {
      const [row] = await ask<ClinicSignIn>(
        `select coalesce(bool_or(passwords), false) as passwords,
           coalesce(bool_or(registration), false) as registration from clinic_sign_in`,
        [],
      )
      return row ?? closed
    },
    async passwordsFor({ memberships }) {
      const rows = await ask('select from clinic_sign_in where passwords and clinic = any($1)', [
        memberships.map(({ tenant }) => tenant),
      ])
      return rows.length > 0
    },
    async set(clinic, { passwords, registration }) {
      await ask(
        `insert into clinic_sign_in (clinic, passwords, registration) values ($1, $2, $3)
         on conflict (clinic) do update set passwords = excluded.passwords, registration = excluded.registration`,
        [clinic, passwords, registration],
      )
    },
  }
}

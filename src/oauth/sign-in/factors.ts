import { checkPassword, hashPassword } from './password-hash.ts'
import type { AskRows } from './rows.ts'
import { seal, unseal } from './secrets.ts'
import { totpStepOf } from './totp.ts'

/** What an account can show beside its mailbox. */
export interface Factors {
  of(account: string): Promise<HeldFactors>
  setTotp(account: string, secret: string): Promise<void>
  removeTotp(account: string): Promise<void>
  /** Each code once. */
  checkTotp(account: string, code: string): Promise<boolean>
  setPassword(account: string, password: string | undefined): Promise<void>
  /** Takes as long without an account as with one. */
  checkPassword(account: string | undefined, password: string): Promise<boolean>
  sealPending(secret: string): Buffer
  unsealPending(sealed: Uint8Array): string
}

export interface HeldFactors {
  readonly totp: boolean
  readonly password: boolean
  readonly passkeys: number
}

export interface FactorsParts {
  readonly ask: AskRows
  /** Seals the secrets of authenticator apps. */
  readonly key: Uint8Array
  readonly clock: () => Date
}

const pending = 'pending'

export function createFactors({ ask, key, clock }: FactorsParts): Factors {
  return {
    async of(account) {
      const [row] = await ask<HeldFactors>(
        `select totp_secret is not null as totp, password is not null as password,
           (select count(*)::integer from passkey where passkey.account = person_account.id) as passkeys
         from person_account where id = $1`,
        [account],
      )
      return row ?? { totp: false, password: false, passkeys: 0 }
    },
    async setTotp(account, secret) {
      await ask('update person_account set totp_secret = $2, totp_step = null where id = $1', [
        account,
        seal(key, secret, account),
      ])
    },
    async removeTotp(account) {
      await ask('update person_account set totp_secret = null, totp_step = null where id = $1', [account])
    },
    async checkTotp(account, code) {
      const [row] = await ask<{ totp_secret: Buffer }>(
        'select totp_secret from person_account where id = $1 and totp_secret is not null',
        [account],
      )
      if (row === undefined) return false
      const step = totpStepOf(unseal(key, row.totp_secret, account), code, clock())
      if (step === undefined) return false
      const used = await ask(
        'update person_account set totp_step = $2 where id = $1 and coalesce(totp_step, 0) < $2 returning id',
        [account, step],
      )
      return used.length === 1
    },
    async setPassword(account, password) {
      const hash = password === undefined ? null : await hashPassword(password)
      await ask('update person_account set password = $2 where id = $1', [account, hash])
    },
    async checkPassword(account, password) {
      const [row] = await ask<{ password: string | null }>(
        'select password from person_account where id = $1',
        [account ?? ''],
      )
      return checkPassword(password, row?.password ?? undefined)
    },
    sealPending: (secret) => seal(key, secret, pending),
    unsealPending: (sealed) => unseal(key, sealed, pending),
  }
}

import type { Account, FindAccount, Membership } from '../account.ts'
import type { AskRows } from './rows.ts'

export interface Accounts {
  readonly find: FindAccount
  findByEmail(email: string): Promise<Account | undefined>
  /** Of disabled ones as well. */
  idOf(email: string): Promise<string | undefined>
  /** The one that is there, when two registered at once. */
  add(account: NewAccount): Promise<Account>
  disable(id: string, disabled: boolean): Promise<void>
  /** Of who has lost what they showed beside the mailbox. */
  forgetFactors(id: string): Promise<void>
  ofClinic(clinic: string): Promise<readonly ClinicAccount[]>
  join(id: string, membership: Membership): Promise<void>
  /** False: it was none. */
  leave(id: string, clinic: string): Promise<boolean>
  addProxy(id: string, clinic: string, acts: Proxy): Promise<void>
  proxies(id: string, clinic: string): Promise<readonly Proxy[]>
}

export interface NewAccount {
  readonly id: string
  readonly email: string
  readonly displayName: string
}

export interface ClinicAccount {
  readonly account: Account
  readonly disabled: boolean
}

export interface Proxy {
  readonly patient: string
  readonly relatedPerson: string
}

interface Row {
  readonly id: string
  readonly email: string
  readonly display_name: string
  readonly disabled: Date | null
  readonly memberships: readonly { clinic: string; fhir_user: string | null; roles: readonly string[] }[]
}

const selection = `select a.id, a.email, a.display_name, a.disabled,
    coalesce((select json_agg(json_build_object('clinic', m.clinic, 'fhir_user', m.fhir_user, 'roles', m.roles)
      order by m.clinic) from membership m where m.account = a.id), '[]') as memberships
  from person_account a`

export function createAccounts(ask: AskRows): Accounts {
  const one = async (condition: string, value: string): Promise<Account | undefined> => {
    const [row] = await ask<Row>(`${selection} where ${condition} = $1 and a.disabled is null`, [value])
    return row && buildAccount(row)
  }
  return {
    find: (id) => one('a.id', id),
    findByEmail: (email) => one('a.email', normalizeEmail(email)),
    async idOf(email) {
      const [row] = await ask<{ id: string }>('select id from person_account where email = $1', [
        normalizeEmail(email),
      ])
      return row?.id
    },
    async add({ id, email, displayName }) {
      await ask(
        `insert into person_account (id, email, display_name) values ($1, $2, $3) on conflict (email) do nothing`,
        [id, normalizeEmail(email), displayName],
      )
      const [row] = await ask<Row>(`${selection} where a.email = $1`, [normalizeEmail(email)])
      return buildAccount(row as Row)
    },
    async forgetFactors(id) {
      await ask(
        `with gone as (delete from passkey where account = $1)
         update person_account set totp_secret = null, totp_step = null where id = $1`,
        [id],
      )
    },
    async disable(id, disabled) {
      await ask('update person_account set disabled = case when $2 then now() end where id = $1', [
        id,
        disabled,
      ])
    },
    async ofClinic(clinic) {
      const rows = await ask<Row>(
        `${selection} where exists (select from membership m where m.account = a.id and m.clinic = $1)
         order by a.display_name, a.id limit 500`,
        [clinic],
      )
      return rows.map((row) => ({ account: buildAccount(row), disabled: row.disabled !== null }))
    },
    async join(id, { tenant, fhirUser, roles }) {
      await ask(
        `insert into membership (account, clinic, fhir_user, roles) values ($1, $2, $3, $4)
         on conflict (account, clinic) do update set
           fhir_user = coalesce(membership.fhir_user, excluded.fhir_user),
           roles = (select array_agg(distinct role order by role)
             from unnest(membership.roles || excluded.roles) as role)`,
        [id, tenant, fhirUser ?? null, [...roles]],
      )
    },
    async leave(id, clinic) {
      const rows = await ask('delete from membership where account = $1 and clinic = $2 returning clinic', [
        id,
        clinic,
      ])
      return rows.length === 1
    },
    async addProxy(id, clinic, { patient, relatedPerson }) {
      await ask(
        `insert into proxy (account, clinic, patient, related_person) values ($1, $2, $3, $4)
         on conflict do nothing`,
        [id, clinic, patient, relatedPerson],
      )
    },
    async proxies(id, clinic) {
      const rows = await ask<{ patient: string; related_person: string }>(
        'select patient, related_person from proxy where account = $1 and clinic = $2 order by created',
        [id, clinic],
      )
      return rows.map(({ patient, related_person }) => ({ patient, relatedPerson: related_person }))
    },
  }
}

/** Upper and lower case are one address everywhere in practice. */
export function normalizeEmail(typed: string): string {
  return typed.trim().normalize('NFC').toLowerCase()
}

/** One @, no blanks, a dot in the host, no header injection: what else is wrong, the mail server tells. */
export function isEmail(typed: string): boolean {
  return (
    typed.length <= 254 &&
    /^[^\s@<>",;:\\()[\]\p{Cc}]{1,64}@[^\s@<>",;:\\()[\]\p{Cc}]+\.[^\s@.<>",;:\\()[\]\p{Cc}]+$/u.test(typed)
  )
}

function buildAccount({ id, email, display_name, memberships }: Row): Account {
  return {
    id,
    email,
    displayName: display_name,
    memberships: memberships.map(({ clinic, fhir_user, roles }) => ({
      tenant: clinic,
      ...(fhir_user === null ? {} : { fhirUser: fhir_user }),
      roles,
    })),
  }
}

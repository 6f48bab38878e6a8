import type { Account } from '../account.ts'
import type { Accounts } from './accounts.ts'
import { isClinicRole } from './roles.ts'
import type { AskRows } from './rows.ts'
import { digest, newPaperCode, newSecret, readPaperCode } from './secrets.ts'

export interface Invitation {
  readonly id: string
  readonly clinic: string
  /** Absent: on paper, for who holds the code and knows the birth date. */
  readonly email?: string
  readonly displayName?: string
  readonly fhirUser?: string
  /** Of a proxy: for whom. */
  readonly patient?: string
  readonly roles: readonly string[]
  readonly created: Date
  readonly expires: Date
  readonly accepted?: Date
}

export interface NewInvitation {
  readonly clinic: string
  readonly email?: string | undefined
  readonly displayName?: string | undefined
  readonly fhirUser?: string | undefined
  readonly patient?: string | undefined
  /** YYYY-MM-DD */
  readonly birthDate?: string | undefined
  readonly roles: readonly string[]
  readonly invitedBy?: string | undefined
}

export interface Invitations {
  /** The secret is for the letter, or the paper; it is shown this once. */
  add(invitation: NewInvitation): Promise<{ readonly id: string; readonly secret: string }>
  /** Open ones alone. */
  find(secret: string): Promise<Invitation | undefined>
  /** Makes the account what the invitation says; undefined: it was not open any more, or not for this account. */
  accept(secret: string, account: Account): Promise<Invitation | undefined>
  acceptPaper(typed: string, birthDate: string, account: Account): Promise<Invitation | undefined>
  ofClinic(clinic: string): Promise<readonly Invitation[]>
  withdraw(clinic: string, id: string): Promise<boolean>
}

/** By letter a week; on paper as long as it may lie about before somebody gets to it. */
const mailDays = 7
const paperDays = 30

interface Row {
  readonly id: string
  readonly clinic: string
  readonly email: string | null
  readonly display_name: string | null
  readonly fhir_user: string | null
  readonly patient: string | null
  readonly roles: readonly string[]
  readonly created: Date
  readonly expires: Date
  readonly accepted: Date | null
}

const columns = 'id, clinic, email, display_name, fhir_user, patient, roles, created, expires, accepted'

export function createInvitations(ask: AskRows, accounts: Accounts, newId: () => string): Invitations {
  const fulfil = async (row: Row | undefined, account: Account): Promise<Invitation | undefined> => {
    if (row === undefined) return undefined
    const invitation = buildInvitation(row)
    const { clinic, fhirUser, patient } = invitation
    const roles = invitation.roles.filter(isClinicRole)
    await accounts.join(account.id, {
      tenant: clinic,
      roles,
      ...(fhirUser === undefined ? {} : { fhirUser }),
    })
    if (patient !== undefined && fhirUser !== undefined)
      await accounts.addProxy(account.id, clinic, { patient, relatedPerson: fhirUser })
    return invitation
  }
  const open = 'accepted is null and expires > now()'
  return {
    async add(invitation) {
      const id = newId()
      const secret = invitation.email === undefined ? newPaperCode() : newSecret()
      await ask(
        `insert into invitation (id, secret, clinic, email, display_name, fhir_user, patient, birth_date, roles,
           invited_by, expires)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + make_interval(days => $11))`,
        [
          id,
          digest(secret),
          invitation.clinic,
          invitation.email ?? null,
          invitation.displayName ?? null,
          invitation.fhirUser ?? null,
          invitation.patient ?? null,
          invitation.birthDate ?? null,
          [...invitation.roles],
          invitation.invitedBy ?? null,
          invitation.email === undefined ? paperDays : mailDays,
        ],
      )
      return { id, secret }
    },
    async find(secret) {
      const [row] = await ask<Row>(`select ${columns} from invitation where secret = $1 and ${open}`, [
        digest(secret),
      ])
      return row && buildInvitation(row)
    },
    async accept(secret, account) {
      const [row] = await ask<Row>(
        `update invitation set accepted = now(), accepted_by = $2
         where secret = $1 and email = $3 and ${open} returning ${columns}`,
        [digest(secret), account.id, account.email],
      )
      return fulfil(row, account)
    },
    async acceptPaper(typed, birthDate, account) {
      const [row] = await ask<Row>(
        `update invitation set accepted = now(), accepted_by = $2
         where secret = $1 and email is null and birth_date = $3::date and ${open} returning ${columns}`,
        [digest(readPaperCode(typed)), account.id, birthDate],
      )
      return fulfil(row, account)
    },
    async ofClinic(clinic) {
      const rows = await ask<Row>(
        `select ${columns} from invitation where clinic = $1 order by created desc limit 100`,
        [clinic],
      )
      return rows.map(buildInvitation)
    },
    async withdraw(clinic, id) {
      const rows = await ask(
        `delete from invitation where clinic = $1 and id = $2 and accepted is null returning id`,
        [clinic, id],
      )
      return rows.length === 1
    },
  }
}

function buildInvitation(row: Row): Invitation {
  const { email, display_name, fhir_user, patient, accepted } = row
  return {
    id: row.id,
    clinic: row.clinic,
    roles: row.roles,
    created: row.created,
    expires: row.expires,
    ...(email === null ? {} : { email }),
    ...(display_name === null ? {} : { displayName: display_name }),
    ...(fhir_user === null ? {} : { fhirUser: fhir_user }),
    ...(patient === null ? {} : { patient }),
    ...(accepted === null ? {} : { accepted }),
  }
}

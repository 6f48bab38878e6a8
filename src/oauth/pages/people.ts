import type { Database } from '#store/store.ts'
import type { Clients } from '../clients/clients.ts'
import type { Registrable } from '../clients/registrable.ts'
import type { BrowserSessions, Grants, Interactions } from '../interaction.ts'
import type { Accounts } from '../sign-in/accounts.ts'
import type { ClinicSignIns } from '../sign-in/clinic-sign-in.ts'
import type { Factors } from '../sign-in/factors.ts'
import type { Failures } from '../sign-in/failures.ts'
import type { Invitations } from '../sign-in/invitations.ts'
import type { Mailer } from '../sign-in/mailer.ts'
import type { Passkeys } from '../sign-in/passkeys.ts'
import type { PatientChoices } from '../sign-in/patient-choices.ts'
import type { MatchPatients } from '../sign-in/patient-match.ts'
import type { RecordClaims } from '../sign-in/record-claims.ts'
import type { SignInLog } from '../sign-in/sign-in-log.ts'
import type { Visits } from '../sign-in/visits.ts'

/** What the pages stand on; join-people.ts puts it together. */
export interface People {
  readonly database: Pick<Database, 'asSystem'>
  readonly accounts: Accounts
  readonly visits: Visits
  readonly factors: Factors
  readonly passkeys: Passkeys
  readonly failures: Failures
  readonly invitations: Invitations
  readonly claims: RecordClaims
  readonly clinics: ClinicSignIns
  readonly patients: PatientChoices
  readonly matchPatients: MatchPatients
  readonly interactions: Interactions
  readonly sessions: BrowserSessions
  readonly grants: Grants
  readonly clients: Clients
  readonly registrable: Registrable
  readonly mailer: Mailer
  readonly log: SignInLog
  readonly isClinic: (name: string) => boolean
  readonly clinicNames: readonly string[]
  /** As people know it. */
  readonly nameOfClinic: (clinic: string) => Promise<string>
  readonly zoneOfClinic: (clinic: string) => Promise<string>
  readonly newId: () => string
  /** Something failed that no visitor waits for. */
  readonly onFault: (sentence: string, cause: unknown) => void
}

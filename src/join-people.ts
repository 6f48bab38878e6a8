import type { Logger } from 'pino'
import type { SecurityLog } from '#audit/security-log.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { newId } from '#fhir/new-id.ts'
import { createPagesRoad } from '#oauth/pages/pages-road.ts'
import type { AuthorizationServer } from '#oauth/server/authorization-server.ts'
import { createAccounts } from '#oauth/sign-in/accounts.ts'
import { createClinicDescriptions } from '#oauth/sign-in/clinic-descriptions.ts'
import { createClinicSignIns } from '#oauth/sign-in/clinic-sign-in.ts'
import { createFactors } from '#oauth/sign-in/factors.ts'
import { createFailures } from '#oauth/sign-in/failures.ts'
import { createInvitations } from '#oauth/sign-in/invitations.ts'
import { createPasskeys } from '#oauth/sign-in/passkeys.ts'
import { createPatientChoices } from '#oauth/sign-in/patient-choices.ts'
import { createMatchPatients } from '#oauth/sign-in/patient-match.ts'
import { createRecordClaims } from '#oauth/sign-in/record-claims.ts'
import type { AskRows } from '#oauth/sign-in/rows.ts'
import { createSignInLog } from '#oauth/sign-in/sign-in-log.ts'
import { sweepSignIn } from '#oauth/sign-in/sweep.ts'
import { createVisits } from '#oauth/sign-in/visits.ts'
import type { Database } from '#store/store.ts'
import type { Config } from './config.ts'
import { addDemoPeople } from './demo-people.ts'
import type { Access } from './join-access.ts'
import type { Mail } from './join-mail.ts'
import type { People } from './join-oauth.ts'

export interface PeopleParts {
  readonly config: Config
  readonly database: Database
  readonly definitions: Definitions
  readonly securityLog: SecurityLog
  readonly logger: Logger
  readonly mail: Mail
  readonly access: Pick<Access, 'toPrincipal'>
}

/** Who signs in, and the pages where they do. */
export async function joinPeople(parts: PeopleParts): Promise<(server: AuthorizationServer) => People> {
  const { config, database, definitions, securityLog, logger } = parts
  const onFault = (sentence: string, cause: unknown) => logger.error({ err: cause }, sentence)
  const ask: AskRows = (text, values) => database.global(text, values)
  const formKey = await database.secret('forms')
  const codeKey = await database.secret('mailed codes')
  const totpKey = await database.secret('authenticator apps')
  const failureKey = await database.secret('sign-in failures')
  const clinics = new Set(['main', ...config.clinics])
  const { mailer, road } = parts.mail
  const accounts = createAccounts(ask)
  const describe = createClinicDescriptions(database, config.timeZone)
  if (config.demo) await addDemoPeople(ask, totpKey, newId)
  return ({ interactions, sessions, grants, clients: apps, registrable }) => ({
    findAccount: accounts.find,
    sweep: () => sweepSignIn(ask),
    roads: [
      createPagesRoad(
        {
          database,
          accounts,
          visits: createVisits(ask, codeKey),
          factors: createFactors({ ask, key: totpKey, clock: () => new Date() }),
          passkeys: createPasskeys(ask),
          failures: createFailures(ask, failureKey),
          invitations: createInvitations(ask, accounts, newId),
          claims: createRecordClaims(ask, newId),
          clinics: createClinicSignIns(ask),
          patients: createPatientChoices({
            database,
            definitions,
            accounts,
            timeZone: config.timeZone,
            toPrincipal: parts.access.toPrincipal,
          }),
          matchPatients: createMatchPatients(database, definitions, config.timeZone),
          interactions,
          sessions,
          grants,
          clients: apps,
          registrable,
          mailer,
          log: createSignInLog(securityLog.record, failureKey),
          isClinic: (name) => clinics.has(name),
          clinicNames: [...clinics],
          nameOfClinic: async (clinic) => (await describe(clinic)).name,
          zoneOfClinic: async (clinic) => (await describe(clinic)).timeZone,
          newId,
          onFault,
        },
        formKey,
      ),
      ...(road === undefined ? [] : [road]),
    ],
  })
}

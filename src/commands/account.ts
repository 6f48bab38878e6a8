import { newId } from '#fhir/new-id.ts'
import { createRevocations } from '#oauth/revocations.ts'
import { openAgreements } from '#oauth/server/agreements.ts'
import { createGrants, createSessionEnding } from '#oauth/server/grants.ts'
import { createAccounts } from '#oauth/sign-in/accounts.ts'
import { createInvitations } from '#oauth/sign-in/invitations.ts'
import { type InviteProblem, invite } from '#oauth/sign-in/invite.ts'
import { clinicRoles, isClinicRole } from '#oauth/sign-in/roles.ts'
import type { AskRows } from '#oauth/sign-in/rows.ts'
import type { Database } from '#store/store.ts'
import { clinicBases } from '../clinic-bases.ts'
import { type Config, readConfig } from '../config.ts'
import { notifyLine, openRedisLine } from '../join-oauth.ts'
import { printAnswer, readArguments, UsageError } from './command.ts'
import { openCommandDatabase } from './command-database.ts'
import { openCommandLog } from './record-command.ts'

const usage = `Who may sign in: invites the first people of a clinic, and shuts accounts.

  npm run --silent account -- --invite ada@clinic.example --role clinic-admin
  npm run --silent account -- --invite jan@clinic.example --role practitioner --as Practitioner/ID
  npm run --silent account -- --list
  npm run --silent account -- --reset ada@clinic.example
  npm run --silent account -- --disable ada@clinic.example

  --invite   prints a link that is good for a week, once; nothing is mailed
  --role     ${clinicRoles.join(', ')}
  --as       who it is among the clinic's resources: Practitioner/ID, Patient/ID, RelatedPerson/ID
  --name     as others see them
  --clinic   the clinic it is for (main)
  --reset    takes away the second factor of who has lost it, and signs them out; they set up another at the next sign-in
  --disable  signs the account out everywhere and lets it in no more; --enable takes that back
`

const problems: Readonly<Record<InviteProblem, string>> = {
  email: '--invite is an e-mail address.',
  reference: '--as must name a resource of the clinic that fits the role.',
  'birth-date': 'The patient has no birth date.',
  paper: 'Name an e-mail address.',
}

type Wish = ReturnType<typeof readWish>

function readWish() {
  const text = { type: 'string' } as const
  const options = {
    ...{ invite: text, role: text, as: text, name: text, clinic: text },
    ...{ reset: text, disable: text, enable: text },
    list: { type: 'boolean' },
  } as const
  return readArguments(usage, { options }).values
}

async function answer(): Promise<string> {
  const wish = readWish()
  const config = readConfig(process.env)
  const clinic = wish.clinic ?? 'main'
  if (clinic !== 'main' && !config.clinics.includes(clinic))
    throw new UsageError(`No clinic is called ${clinic}.`)
  await using database = await openCommandDatabase(config)
  if (wish.invite !== undefined) return await inviteOne(config, database, clinic, wish)
  if (wish.list === true) return await list(config, database, clinic)
  for (const deed of ['reset', 'disable', 'enable'] as const) {
    const email = wish[deed]
    if (email !== undefined) return await change(config, database, email, deed)
  }
  throw new UsageError(usage)
}

function openLog(config: Config, database: Database) {
  return openCommandLog(config, database, 'account command')
}

async function inviteOne(config: Config, database: Database, clinic: string, wish: Wish): Promise<string> {
  const { role = '' } = wish
  if (!isClinicRole(role)) throw new UsageError(`--role is one of ${clinicRoles.join(', ')}.`)
  const ask = askOf(database)
  const invitations = createInvitations(ask, createAccounts(ask), newId)
  const invited = await invite(database, invitations, {
    clinic,
    role,
    email: wish.invite,
    reference: wish.as,
    displayName: wish.name,
  })
  if (typeof invited === 'string') throw new UsageError(problems[invited])
  await openLog(config, database)(clinic, {
    deed: 'roles-changed',
    description: `invited somebody as ${role}`,
    about: { id: invited.id },
  })
  const [base = ''] = clinicBases(config, config.port, 'main')
  return `${new URL(base).origin}/oauth/invitation?secret=${invited.secret}`
}

async function list(config: Config, database: Database, clinic: string): Promise<string> {
  const accounts = await createAccounts(askOf(database)).ofClinic(clinic)
  await openLog(config, database)(clinic, { deed: 'command', description: 'listed who may sign in' })
  return accounts
    .map(({ account, disabled }) => {
      const { fhirUser = '', roles } = account.memberships.find(({ tenant }) => tenant === clinic) ?? {
        roles: [],
      }
      return [account.email, roles.join(','), fhirUser, disabled ? 'disabled' : ''].join('\t').trimEnd()
    })
    .join('\n')
}

const told = {
  reset: 'took away the second factor of an account',
  disable: 'disabled an account',
  enable: 'enabled an account',
} as const

async function change(
  config: Config,
  database: Database,
  email: string,
  deed: keyof typeof told,
): Promise<string> {
  const accounts = createAccounts(askOf(database))
  const id = await accounts.idOf(email)
  if (id === undefined) throw new UsageError('Nobody has this address.')
  const before = await accounts.find(id)
  if (deed === 'reset') await accounts.forgetFactors(id)
  else await accounts.disable(id, deed === 'disable')
  if (deed !== 'enable') await endAll(config, database, id)
  const { memberships = [] } = before ?? (await accounts.find(id)) ?? {}
  const record = openLog(config, database)
  for (const clinic of new Set(['main', ...memberships.map(({ tenant }) => tenant)]))
    await record(clinic, { deed: 'account-changed', description: told[deed], about: { id } })
  return deed === 'reset' ? 'reset' : `${deed}d`
}

/** In every process, at once. */
async function endAll(config: Config, database: Database, id: string): Promise<void> {
  const ask = askOf(database)
  const query: typeof database.global = (text, values = []) => ask(text, values)
  const redis = await openRedisLine(config.redisUrl, (sentence) => process.stderr.write(`${sentence}\n`))
  const revocations = createRevocations(redis ?? notifyLine(database))
  const agreements = openAgreements(query)
  const ending = createSessionEnding(query, agreements, revocations)
  await createGrants(query, agreements, ending, revocations).revokeAll(id)
  await redis?.close()
}

function askOf(database: Database): AskRows {
  return (text, values) => database.global(text, values)
}

await printAnswer(answer)

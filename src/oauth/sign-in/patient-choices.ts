import type { Claims } from '#access/claims.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { parseSearch } from '#fhir/search-parse.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { Database } from '#store/store.ts'
import { type Account, membershipOf } from '../account.ts'
import type { Accounts } from './accounts.ts'
import { isStaff } from './roles.ts'

/** Somebody whom an app may be about. */
export interface PatientChoice {
  readonly id: string
  readonly name: string
  readonly birthDate?: string
  /** The account's own record. */
  readonly own: boolean
}

export interface PatientChoices {
  /** Patients may be searched for; otherwise `ofAccount` are all there are. */
  mayChooseAny(account: Account, clinic: string): boolean
  /** The own record, and those of people acted for. */
  ofAccount(account: Account, clinic: string): Promise<readonly PatientChoice[]>
  /** By name, identifier or birth date, of the patients that the account may see. */
  search(account: Account, clinic: string, text: string): Promise<readonly PatientChoice[]>
  /** Undefined: none that this account may choose. */
  choose(account: Account, clinic: string, patient: string): Promise<PatientChoice | undefined>
}

export interface PatientChoicesParts {
  readonly database: Database
  readonly definitions: Definitions
  readonly accounts: Accounts
  /** The one that stored dates are read in: a birth date begins when it begins there. */
  readonly timeZone: string
  /** What somebody sees, by the policies of the clinic as they are now. */
  readonly toPrincipal: (claims: Claims) => Viewer | Promise<Viewer>
}

const mostFound = 20

export function createPatientChoices(parts: PatientChoicesParts): PatientChoices {
  const { database, definitions, accounts, toPrincipal } = parts

  const viewerOf = async (account: Account, clinic: string): Promise<Viewer> => {
    const { fhirUser, roles = [] } = membershipOf(account, clinic) ?? {}
    return toPrincipal({
      tenant: clinic,
      clientId: 'almanac',
      tokenId: 'patient picker',
      scope: 'user/Patient.rs',
      roles,
      accountId: account.id,
      ...(fhirUser === undefined ? {} : { fhirUser }),
    })
  }

  const ofAccount = async (account: Account, clinic: string): Promise<readonly PatientChoice[]> => {
    const own = /^Patient\/(.+)$/.exec(membershipOf(account, clinic)?.fhirUser ?? '')?.[1]
    const acted = (await accounts.proxies(account.id, clinic)).map(({ patient }) => patient)
    const ids = [...new Set([...(own === undefined ? [] : [own]), ...acted])]
    // Whom somebody acts for was decided when the tie was made: no right of their own leads there.
    const found = await database.asSystem(clinic).readMany(ids.map((id) => ({ type: 'Patient', id })))
    return found
      .filter(({ deleted }) => !deleted)
      .map(({ id, text }) => buildPatientChoice(JSON.parse(text) as Resource, id === own))
      .sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
  }

  return {
    mayChooseAny: (account, clinic) => isStaff(membershipOf(account, clinic)?.roles ?? []),
    ofAccount,
    async search(account, clinic, text) {
      const wanted = text.trim().slice(0, 100)
      if (wanted === '') return []
      const name = /^\d{4}-\d{2}-\d{2}$/.test(wanted)
        ? 'birthdate'
        : /\d/.test(wanted)
          ? 'identifier'
          : 'name'
      const values = name === 'name' ? wanted.split(/\s+/).slice(0, 5) : [wanted]
      const pairs = values.map((value) => [name, value.replaceAll(/[\\,$|]/g, '\\$&')] as const)
      const { query } = parseSearch(definitions, ['Patient'], pairs, {
        timeZone: parts.timeZone,
        strict: true,
        count: { default: mostFound, most: mostFound },
      })
      const { matches } = await database.openStore(await viewerOf(account, clinic)).search(query)
      return matches.map(({ text: json }) => buildPatientChoice(JSON.parse(json) as Resource, false))
    },
    async choose(account, clinic, patient) {
      const own = (await ofAccount(account, clinic)).find(({ id }) => id === patient)
      if (own !== undefined || !isStaff(membershipOf(account, clinic)?.roles ?? [])) return own
      const found = await database.openStore(await viewerOf(account, clinic)).read('Patient', patient)
      if (found === undefined || found.deleted) return undefined
      return buildPatientChoice(JSON.parse(found.text) as Resource, false)
    },
  }
}

interface HumanName {
  readonly use?: string
  readonly text?: string
  readonly family?: string
  readonly given?: readonly string[]
}

export function buildPatientChoice(patient: Resource, own: boolean): PatientChoice {
  const names = (patient.name ?? []) as readonly HumanName[]
  const name = names.find(({ use }) => use === 'official') ?? names[0]
  const written = name?.text ?? [...(name?.given ?? []), name?.family ?? ''].join(' ').trim()
  const birthDate = typeof patient.birthDate === 'string' ? patient.birthDate : undefined
  return {
    id: patient.id ?? '',
    name: written === '' ? `Patient/${patient.id}` : written,
    own,
    ...(birthDate === undefined ? {} : { birthDate }),
  }
}

import { canonicalJson } from '#fhir/canonical-json.ts'
import type { Resource } from '#fhir/resource.ts'
import { type SecurityDeed, securityDeedCodes } from './security-deeds.ts'

/** What happened beside the interactions of FHIR: a sign-in, a token, an override, a command. Never a secret. */
export interface SecurityFact {
  readonly deed: SecurityDeed
  /** Absent: it came about. Short, for the log: neither secrets nor anything about a patient's health. */
  readonly failure?: string
  /** Of the app through which it was asked. */
  readonly clientId?: string
  /** Network address of who asked. */
  readonly address?: string
  readonly user?: SecurityUser
  /** jti of the token it was done with. */
  readonly tokenId?: string
  /** v3-ActReason: TREAT, HOPERAT, PATRQT, ETREAT, HSYSADMIN … */
  readonly purpose?: string
  /** Id of the patient concerned. */
  readonly patient?: string
  /** What it was done to: `Practitioner/1`, or an id that is no FHIR reference (an account, a client, a policy). */
  readonly about?: { readonly reference: string } | { readonly id: string }
  /** One sentence: what was done. */
  readonly description?: string
  /** Names and values an auditor may ask for; the values are cut at 1,000 characters. */
  readonly details?: Readonly<Record<string, string>>
  /** The request as sent, secrets removed; kept as data. */
  readonly request?: string
  readonly requestId?: string
}

export interface SecurityUser {
  /** `Practitioner/1` …, when the account stands for one. */
  readonly reference?: string
  /** The account, or the name tried (as a digest when nobody has it). */
  readonly account?: string
  readonly name?: string
  readonly roles?: readonly string[]
}

/** Handed to oauth, access and the commands by app.ts; resolves when the event is durable. */
export type RecordSecurityEvent = (tenant: string, fact: SecurityFact) => Promise<void>

export interface EventFrame {
  readonly id: string
  readonly when: Date
  /** Who records: the clinic's FHIR base, or the name of the server. */
  readonly observer: string
}

type Part = Record<string, unknown>

const longestDetail = 1_000
const longestRequest = 8_192
const dicom = 'http://dicom.nema.org/resources/ontology/DCM'
const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type'
const objectRole = 'http://terminology.hl7.org/CodeSystem/object-role'

/** In canonical form, as its text is sealed (docs/decisions/0021-audit-seals.md). */
export function buildSecurityEvent(fact: SecurityFact, { id, when, observer }: EventFrame): Resource {
  const codes = securityDeedCodes(fact.deed)
  const recorded = when.toISOString()
  const event = {
    resourceType: 'AuditEvent',
    id,
    meta: { versionId: '1', lastUpdated: recorded },
    ...codes,
    recorded,
    outcome: fact.failure === undefined ? '0' : '4',
    ...(fact.failure !== undefined && { outcomeDesc: cut(fact.failure, longestDetail) }),
    ...(fact.purpose !== undefined && { purposeOfEvent: [purposeOf(fact.purpose)] }),
    agent: buildAgents(fact, observer),
    source: { observer: { identifier: { value: observer } } },
    ...(hasEntity(fact) && { entity: buildEntities(fact) }),
  }
  return JSON.parse(canonicalJson(event)) as Resource
}

/** Who asked is the user, else the app, else the server itself. */
function buildAgents(fact: SecurityFact, observer: string): Part[] {
  const { clientId, address, user, tokenId } = fact
  const network = address === undefined ? {} : { network: { address, type: '2' } }
  const policy = tokenId === undefined ? {} : { policy: [`urn:ietf:params:oauth:jti:${tokenId}`] }
  const known = user !== undefined && Object.keys(user).length > 0
  const agents: Part[] = []
  if (clientId !== undefined || (address !== undefined && !known))
    agents.push({
      ...network,
      ...(known ? {} : policy),
      requestor: !known,
      type: agentType('110150'),
      ...(clientId !== undefined && { who: { identifier: { value: clientId } } }),
    })
  agents.push({
    requestor: agents.length === 0 && !known,
    type: {
      coding: [
        { code: 'AuthzOauthService', system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes' },
      ],
    },
    who: { identifier: { value: observer } },
  })
  if (known) agents.push({ ...buildUser(user), ...(clientId === undefined ? network : {}), ...policy })
  return agents
}

function buildUser({ reference, account, name, roles }: SecurityUser): Part {
  return {
    ...(name !== undefined && { name: cut(name, longestDetail) }),
    requestor: true,
    ...(roles !== undefined && roles.length > 0 && { role: roles.map((text) => ({ text })) }),
    type: {
      coding: [{ code: 'IRCP', system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType' }],
    },
    who: {
      ...(account !== undefined && { identifier: { value: cut(account, longestDetail) } }),
      ...(reference !== undefined && { reference }),
    },
  }
}

function hasEntity({ about, patient, details, request, requestId, description }: SecurityFact): boolean {
  return [about, patient, details, request, requestId, description].some((part) => part !== undefined)
}

function buildEntities(fact: SecurityFact): Part[] {
  const { about, patient, details, request, requestId, description } = fact
  const entities: Part[] = []
  const told = description === undefined ? {} : { description: cut(description, longestDetail) }
  if (about !== undefined || details !== undefined || (description !== undefined && request === undefined))
    entities.push({
      ...told,
      ...(details !== undefined && { detail: buildDetails(details) }),
      role: { code: '4', system: objectRole },
      type: { code: '2', system: entityType },
      ...(about !== undefined && {
        what: 'reference' in about ? { reference: about.reference } : { identifier: { value: about.id } },
      }),
    })
  if (request !== undefined)
    entities.push({
      ...(entities.length === 0 ? told : {}),
      query: Buffer.from(cut(request, longestRequest)).toString('base64'),
      role: { code: '24', system: objectRole },
      type: { code: '2', system: entityType },
    })
  if (patient !== undefined)
    entities.push({
      role: { code: '1', system: objectRole },
      type: { code: '1', system: entityType },
      what: { reference: `Patient/${patient}` },
    })
  if (requestId !== undefined)
    entities.push({
      type: {
        code: 'XrequestId',
        system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
      },
      what: { identifier: { value: requestId } },
    })
  return entities
}

function buildDetails(details: Readonly<Record<string, string>>): Part[] {
  return Object.entries(details)
    .filter(([, value]) => value !== '')
    .map(([type, value]) => ({ type, valueString: cut(value, longestDetail) }))
}

function purposeOf(code: string): Part {
  return { coding: [{ code, system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason' }] }
}

function agentType(code: string): Part {
  return { coding: [{ code, system: dicom }] }
}

function cut(text: string, longest: number): string {
  return text.slice(0, longest).toWellFormed()
}

import type { Claims } from '#access/claims.ts'
import type { Policy, PolicyRule } from '#access/policy/policy.ts'
import type { Resource } from '#fhir/resource.ts'
import { confidentiality, type FuzzType, hideable, ids, statusOf, types } from './population.ts'
import type { Random } from './random.ts'

/** Criteria that rules and scopes of the fuzzer are narrowed by, said to the server as text and to the oracle as code. */
export interface Criterion {
  readonly text: string
  readonly types: readonly FuzzType[] | 'all'
  holds(resource: Resource): boolean
}

const has = (list: unknown, system: string, code: string): boolean =>
  Array.isArray(list) && list.some((one) => one.system === system && one.code === code)

export const criteria: readonly Criterion[] = [
  {
    text: `_security:not=${confidentiality}|R`,
    types: 'all',
    holds: ({ meta }) => !has(meta?.security, confidentiality, 'R'),
  },
  { text: '_tag=urn:kind|a', types: 'all', holds: ({ meta }) => has(meta?.tag, 'urn:kind', 'a') },
  {
    text: 'status=booked,proposed',
    types: ['Appointment'],
    holds: ({ status }) => status === 'booked' || status === 'proposed',
  },
  { text: 'status:not=cancelled', types: ['Appointment'], holds: ({ status }) => status !== 'cancelled' },
  { text: 'status=cancelled', types: ['Appointment'], holds: ({ status }) => status === 'cancelled' },
  { text: 'status=final', types: ['Observation'], holds: ({ status }) => status === 'final' },
  {
    text: 'category=laboratory',
    types: ['Observation'],
    holds: ({ category }) =>
      (category as { coding: { code: string }[] }[] | undefined)?.some(
        ({ coding }) => coding[0]?.code === 'laboratory',
      ) === true,
  },
  { text: 'gender=female', types: ['Patient'], holds: ({ gender }) => gender === 'female' },
  { text: 'gender:missing=true', types: ['Patient'], holds: ({ gender }) => gender === undefined },
]

const forScopes = new Set([
  '_tag=urn:kind|a',
  'status=final',
  'category=laboratory',
  'gender=female',
  'status=cancelled',
])

export interface Caller {
  readonly claims: Omit<Claims, 'tenant'>
  readonly policies: readonly Policy[]
}

export function buildCaller(random: Random): Caller {
  const kind = random.pick(['patient', 'practitioner', 'relative', 'system'] as const)
  const patient = random.pick(ids.Patient)
  const user = {
    patient: { fhirUser: `Patient/${patient}` },
    practitioner: { fhirUser: `Practitioner/${random.pick(ids.Practitioner)}` },
    relative: { fhirUser: `RelatedPerson/${random.pick(ids.RelatedPerson)}` },
    system: {},
  }[kind]
  const roles = random.chance(0.2) ? ['first', 'second'] : ['first']
  // Who may nothing finds no leak: half of them may much, and what limits them is one thing.
  const able = random.chance(0.5)
  return {
    claims: {
      clientId: 'fuzzer',
      tokenId: 'fuzz',
      scope: able ? `${random.pick(wideScopes[kind])} ${buildScopes(random)}` : buildScopes(random),
      roles,
      ...user,
      ...(kind === 'relative' || random.chance(0.7) ? { patient } : {}),
    },
    policies: roles.map((role) => {
      const policy = buildPolicy(role, random)
      return able ? { ...policy, rules: [...policy.rules, buildWideRule(random)] } : policy
    }),
  }
}

const ofPatients = ['patient/*.cruds', 'user/*.cruds', 'user/*.cruds user/AuditEvent.rs', 'patient/*.rs']
const wideScopes = {
  patient: ofPatients,
  relative: ofPatients,
  practitioner: ['user/*.cruds', 'user/*.cruds user/AuditEvent.rs', 'patient/*.cruds'],
  system: ['system/*.cruds', 'system/*.rs'],
} as const

function buildWideRule(random: Random): PolicyRule {
  const limit = random.pick([
    { within: 'Patient' },
    { within: 'Patient' },
    { where: `_security:not=${confidentiality}|R` },
    { where: '_tag=urn:kind|a' },
    { except: random.some(types, 3) },
    {},
  ] as const)
  return { name: 'much', allows: random.pick(['cruds', 'rs', 'crus']), types: ['*'], ...limit }
}

const letters = ['rs', 'rs', 'r', 's', 'crus', 'cruds', 'cu', 'u', 'd', 'cruds']

function buildScopes(random: Random): string {
  const scope = () => {
    const type = random.chance(0.4) ? '*' : random.chance(0.06) ? 'AuditEvent' : random.pick(types)
    const context = random.pick(['patient', 'user', 'system', 'user'])
    const narrowing = criteria.filter(
      ({ text, types: of }) =>
        forScopes.has(text) &&
        (type === '*' ? of === 'all' : of === 'all' || (of as readonly string[]).includes(type)),
    )
    const query = random.chance(0.25) && narrowing.length > 0 ? `?${random.pick(narrowing).text}` : ''
    return `${context}/${type}.${random.pick(letters)}${query}`
  }
  return Array.from({ length: 1 + random.below(4) }, scope).join(' ')
}

function buildPolicy(role: string, random: Random): Policy {
  const hides = random.chance(0.6)
    ? Object.fromEntries(
        random
          .some(Object.keys(hideable) as FuzzType[], 3)
          .map((type) => [type, random.some(hideable[type] ?? [], 2)]),
      )
    : undefined
  const hidesOthers = random.chance(0.5)
    ? Object.fromEntries(random.some(Object.keys(crowded), 3).map((type) => [type, crowded[type] ?? []]))
    : undefined
  return {
    role,
    title: role,
    rules: Array.from({ length: 1 + random.below(4) }, (_, i) => buildRule(`rule ${i}`, random)),
    choosesIds: random.chance(0.5),
    ...(hides === undefined ? {} : { hides }),
    ...(hidesOthers === undefined ? {} : { hidesOthers }),
  }
}

/** Lists in which people find one another. */
const crowded: Readonly<Record<string, readonly string[]>> = {
  Appointment: ['participant'],
  Communication: ['recipient'],
  Group: ['member'],
}

const inPractitioner: readonly FuzzType[] = [
  'Appointment',
  'Observation',
  'Schedule',
  'Practitioner',
  'Patient',
]

function buildRule(name: string, random: Random): PolicyRule {
  const within = random.pick([undefined, undefined, 'Patient', 'Patient', 'Practitioner'] as const)
  const all = within !== 'Practitioner' && random.chance(0.4)
  const named = random.some(within === 'Practitioner' ? inPractitioner : types, 5)
  const chosen = all ? ['*'] : random.chance(0.06) ? [...named, 'AuditEvent'] : named
  const criterion = (): { readonly [name: string]: string } | undefined => {
    const fitting = criteria.filter(
      ({ types: of }) =>
        of === 'all' || (chosen.length === 1 && (of as readonly string[]).includes(chosen[0] ?? '')),
    )
    return { text: random.pick(fitting).text }
  }
  const narrowed = (key: 'where' | 'before' | 'after', probability: number) =>
    random.chance(probability) ? { [key]: criterion()?.text } : {}
  const allowed = random.pick(letters)
  return {
    name,
    types: chosen,
    allows: allowed,
    ...(within === undefined ? {} : { within }),
    ...(all && random.chance(0.3) ? { except: random.some(types, 3) } : {}),
    ...narrowed('where', 0.35),
    ...(/[cu]/.test(allowed) ? { ...narrowed('before', 0.15), ...narrowed('after', 0.15) } : {}),
    ...(allowed === 'u' && random.chance(0.5) ? { changes: ['status', 'description', 'note'] } : {}),
    ...(/[cu]/.test(allowed) && random.chance(0.2) ? { about: 'self' } : {}),
  } as PolicyRule
}

export { statusOf }

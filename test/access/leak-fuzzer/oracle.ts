import type { Policy, PolicyRule } from '#access/policy/policy.ts'
import type { Resource } from '#fhir/resource.ts'
import { type Caller, type Criterion, criteria } from './caller.ts'

/**
 * What a caller may see and do, told from the words of docs/access.md and of R4's compartments, one resource at a time:
 * no clauses, no search parameters, no SQL, nothing of src/access.
 */

type Letter = 'c' | 'r' | 'u' | 'd' | 's'

const directory = [
  'HealthcareService',
  'Location',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Schedule',
  'Slot',
]

const at = (value: unknown, ...path: string[]): string[] => {
  const [name, ...rest] = path
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => at(item, ...path))
  // Of whichever version.
  if (name === undefined) return [(value as { reference: string }).reference.split('/_history/')[0] as string]
  return at((value as Record<string, unknown>)[name], ...rest)
}

/** https://hl7.org/fhir/R4/compartmentdefinition-patient.html and -practitioner.html, for the types of the fuzzer. */
const compartments: Record<string, Record<string, (resource: Resource) => string[]>> = {
  Patient: {
    RelatedPerson: (r) => at(r.patient),
    Schedule: (r) => at(r.actor),
    Appointment: (r) => at(r.participant, 'actor'),
    AppointmentResponse: (r) => at(r.actor),
    Observation: (r) => [...at(r.subject), ...at(r.performer)],
    Condition: (r) => [...at(r.subject), ...at(r.asserter)],
    Encounter: (r) => at(r.subject),
    Communication: (r) => [...at(r.subject), ...at(r.sender), ...at(r.recipient)],
    List: (r) => [...at(r.subject), ...at(r.source)],
    Group: (r) => at(r.member, 'entity'),
    Provenance: (r) => at(r.target),
    AuditEvent: (r) => [...at(r.agent, 'who'), ...at(r.entity, 'what')],
  },
  Practitioner: {
    Appointment: (r) => at(r.participant, 'actor'),
    Observation: (r) => at(r.performer),
    Schedule: (r) => at(r.actor),
    Patient: (r) => at(r.generalPractitioner),
  },
}

function inCompartment(base: 'Patient' | 'Practitioner', id: string, resource: Resource): boolean {
  if (resource.resourceType === base) return resource.id === id
  return compartments[base]?.[resource.resourceType]?.(resource).includes(`${base}/${id}`) === true
}

const criterionOf = (text: string): Criterion => {
  const found = criteria.find((one) => one.text === text)
  if (found === undefined) throw new Error(text)
  return found
}

const meets = (text: string | undefined, resource: Resource): boolean => {
  if (text === undefined) return true
  const { types, holds } = criterionOf(text)
  return (types === 'all' || (types as readonly string[]).includes(resource.resourceType)) && holds(resource)
}

export class Oracle {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Read and search: the resource as it is. */
  sees(resource: Resource, letters: string): boolean {
    return [...letters].every(
      (letter) =>
        this.#scoped(resource, letter as Letter) &&
        this.#rules(resource.resourceType, letter as Letter).some((rule) =>
          this.#starts(rule, resource, letter as Letter),
        ),
    )
  }

  /** Does nothing limit what they see of the type? Then they are told of deleted resources too. */
  seesWhole(type: string, letters: string): boolean {
    const { scope, patient, fhirUser } = this.#caller.claims
    return [...letters].every((letter) => {
      const granted = scope.split(' ').some((one) => {
        const [, context, of, allowed = '', query] = /^(\w+)\/(\*|\w+)\.(\w+)(?:\?(.*))?$/.exec(one) ?? []
        if ((of !== '*' && of !== type) || !allowed.includes(letter) || query !== undefined) return false
        if (context === 'system') return true
        if (context === 'user') return fhirUser !== undefined
        return patient !== undefined && directory.includes(type) && 'rs'.includes(letter)
      })
      const allowed = this.#rules(type, letter as Letter).some(
        ({ within, where, before, after }) =>
          within === undefined &&
          where === undefined &&
          (!'ud'.includes(letter) || before === undefined) &&
          (letter !== 'c' || after === undefined),
      )
      return granted && allowed
    })
  }

  #scoped(resource: Resource, letter: Letter): boolean {
    const { scope, patient, fhirUser } = this.#caller.claims
    return scope.split(' ').some((one) => {
      const [, context, type, allowed = '', query] = /^(\w+)\/(\*|\w+)\.(\w+)(?:\?(.*))?$/.exec(one) ?? []
      if (type !== '*' && type !== resource.resourceType) return false
      if (!allowed.includes(letter) || !meets(query, resource)) return false
      if (resource.resourceType === 'AuditEvent' && context !== 'system' && type === '*') return false
      if (context === 'system') return true
      if (context === 'user') return fhirUser !== undefined
      if (patient === undefined) return false
      if (directory.includes(resource.resourceType)) return letter === 'r' || letter === 's'
      return inCompartment('Patient', patient, resource)
    })
  }

  #rules(
    type: string,
    letter: Letter,
    policies: readonly Policy[] = this.#caller.policies,
  ): readonly PolicyRule[] {
    return policies
      .flatMap(({ rules }) => rules)
      .filter(
        ({ types, except = [], allows }) =>
          allows.includes(letter) && (types.includes('*') || types.includes(type)) && !except.includes(type),
      )
  }

  #applies(rule: PolicyRule, resource: Resource): boolean {
    const { fhirUser, patient } = this.#caller.claims
    const [userType, userId = ''] = fhirUser?.split('/') ?? []
    if (rule.within === 'Patient') {
      const own = userType === 'Patient' ? userId : userType === 'RelatedPerson' ? patient : undefined
      if (own === undefined || !inCompartment('Patient', own, resource)) return false
    }
    if (rule.within === 'Practitioner') {
      if (userType !== 'Practitioner' || !inCompartment('Practitioner', userId, resource)) return false
    }
    return meets(rule.where, resource)
  }

  #starts(rule: PolicyRule, resource: Resource, letter: Letter): boolean {
    if (!this.#applies(rule, resource)) return false
    if (letter === 'c') return meets(rule.after, resource)
    return letter === 'u' || letter === 'd' ? meets(rule.before, resource) : true
  }

  /** Names of top-level elements that this caller is not shown in this resource; the narrative with any of them. */
  hidden(resource: Resource): readonly string[] {
    const type = resource.resourceType
    const { policies } = this.#caller
    const candidates = [...new Set(policies.flatMap(({ hides }) => hides?.[type] ?? []))]
    const covered = candidates.filter((name) => {
      const open = policies.filter(({ hides }) => hides?.[type]?.includes(name) !== true)
      return !['r', 's'].every((letter) =>
        this.#rules(type, letter as Letter, open).some((rule) => this.#applies(rule, resource)),
      )
    })
    return covered.length === 0 && this.crowds(type).length === 0 ? [] : [...covered, 'text']
  }

  /** Lists of the type in which this caller finds no other patient and no relative. */
  crowds(type: string): readonly string[] {
    const lists = this.#caller.policies
      .filter((policy) =>
        ['r', 's'].some((letter) => this.#rules(type, letter as Letter, [policy]).length > 0),
      )
      .map(({ hidesOthers }) => hidesOthers?.[type] ?? [])
    return [...new Set(lists.flat())].filter((name) => lists.every((list) => list.includes(name)))
  }

  isOther(item: unknown): boolean {
    const { fhirUser, patient } = this.#caller.claims
    const own = [fhirUser, ...(fhirUser?.startsWith('RelatedPerson/') ? [`Patient/${patient}`] : [])]
    return [...JSON.stringify(item).matchAll(/"reference":"((?:Patient|RelatedPerson)\/[^"]+)"/g)].some(
      ([, reference]) => !own.includes(reference),
    )
  }

  /** May different resources of a type be shown with different elements? Then searches are only held to what they tell. */
  get isMixed(): boolean {
    const { policies } = this.#caller
    return policies.length > 1 && policies.some(({ hides }) => hides !== undefined)
  }

  show(resource: Resource): Resource {
    const hidden = this.hidden(resource)
    const lists = this.crowds(resource.resourceType)
    return Object.fromEntries(
      Object.entries(resource).flatMap(([name, value]) => {
        if (hidden.includes(name)) return []
        if (!lists.includes(name)) return [[name, value]]
        const shown = (value as unknown[]).filter((item) => !this.isOther(item))
        return shown.length === 0 ? [] : [[name, shown]]
      }),
    ) as Resource
  }

  get choosesIds(): boolean {
    return this.#caller.policies.some(({ choosesIds }) => choosesIds === true)
  }

  mayCreate(after: Resource): boolean {
    if (this.#writesHidden(after)) return false
    return (
      this.#scoped(after, 'c') &&
      this.#rules(after.resourceType, 'c').some(
        (rule) => this.#applies(rule, after) && meets(rule.after, after) && this.#isAbout(rule, after),
      )
    )
  }

  /** `before` undefined: an update that creates. */
  mayUpdate(before: Resource | undefined, sent: Resource, after: Resource): boolean {
    if (this.#writesHidden(sent)) return false
    if (!this.#scoped(after, 'u')) return false
    return this.#rules(after.resourceType, 'u').some(
      (rule) =>
        (before === undefined
          ? rule.before === undefined && rule.changes === undefined
          : this.#starts(rule, before, 'u') && keepsTo(rule.changes, before, after)) &&
        this.#applies(rule, after) &&
        meets(rule.after, after) &&
        this.#isAbout(rule, sent),
    )
  }

  #writesHidden(sent: Resource): boolean {
    return (
      this.hidden(sent).some((name) => name !== 'text' && sent[name] !== undefined) ||
      this.crowds(sent.resourceType).some((name) =>
        ((sent[name] ?? []) as unknown[]).some((item) => this.isOther(item)),
      )
    )
  }

  #isAbout(rule: PolicyRule, resource: Resource): boolean {
    if (rule.about === undefined) return true
    const { fhirUser, patient } = this.#caller.claims
    const own = new Set([fhirUser, ...(fhirUser?.startsWith('RelatedPerson/') ? [`Patient/${patient}`] : [])])
    const named = [...JSON.stringify(resource).matchAll(/"reference":"((?:Patient|RelatedPerson)\/[^"]+)"/g)]
    return named.every(([, reference]) => own.has(reference))
  }
}

function keepsTo(changes: readonly string[] | undefined, before: Resource, after: Resource): boolean {
  if (changes === undefined) return true
  const text = ({ meta, ...rest }: Resource, name: string) =>
    JSON.stringify(name === 'meta' ? { ...meta, versionId: undefined, lastUpdated: undefined } : rest[name])
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].every(
    (name) => changes.includes(name) || text(before, name) === text(after, name),
  )
}

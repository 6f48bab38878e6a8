import type { Issue } from '#fhir/refusal.ts'
import type { Env, Node } from './fhirpath/compiled.ts'
import type { Known } from './known.ts'
import { Referents } from './referents.ts'

/** More than a person would read; a hostile body must not make a longer answer than itself. */
const mostErrors = 500
const mostWarnings = 100
/** Steps that the profiles of a clinic may take over one resource: a tenth of a second or so. */
const mostSteps = 1_000_000

/** structure: not the JSON of such an element; value: not a value of its type; the others: what else the definitions ask. */
export type IssueCode =
  | 'structure'
  | 'invalid'
  | 'value'
  | 'required'
  | 'invariant'
  | 'code-invalid'
  | 'extension'
  | 'not-found'
  | 'too-costly'
  | 'not-supported'

export class StepsSpent extends Error {
  constructor() {
    super('The profiles ask for too much work')
    this.name = 'StepsSpent'
  }
}

/** Where the check stands in the resource, and what it has found. One path is pushed and popped: no string until an issue needs one. */
export class Place implements Env {
  readonly known: Known
  /** Of the nearest resource around; a contained one has its container as root. */
  resource: Node
  rootResource: Node
  context: unknown
  referents: Referents
  /** Errors of structure and value so far: rules are not asked about what is not even well formed. */
  malformed = 0
  errors = 0
  #warnings = 0
  #issues: Issue[] = []
  readonly #path: (string | number)[] = []
  #steps = mostSteps
  readonly #hold: (value: unknown, profile: string, place: Place) => boolean
  /** Where the path of the nearest resource begins, and its type. */
  #start = 0
  /** Of the elements of the nearest resource. */
  #ids: Set<unknown> | undefined

  /** `hold` checks a value against a profile; false: nobody knows it. */
  constructor(
    root: string,
    resource: Node,
    known: Known,
    hold: (value: unknown, profile: string, place: Place) => boolean,
  ) {
    this.#path.push(root)
    this.resource = resource
    this.rootResource = resource
    this.context = resource
    this.known = known
    this.referents = new Referents(resource)
    this.#hold = hold
  }

  get issues(): readonly Issue[] {
    const [errors, warnings] = [this.errors - mostErrors + 1, this.#warnings - mostWarnings + 1]
    if (errors <= 0 && warnings <= 0) return this.#issues
    const more = Math.max(errors, 0) + Math.max(warnings, 0)
    const diagnostics = `There are ${more} more issues, which are not listed.`
    return [
      ...this.#issues,
      { severity: errors > 0 ? 'error' : 'information', code: 'incomplete', diagnostics },
    ]
  }

  enter(step: string | number): void {
    this.#path.push(step)
  }

  leave(): void {
    this.#path.pop()
  }

  /** `sentence` follows the place's name: "Patient.birthDate" + " must be …". */
  refuse(code: IssueCode, sentence: string): void {
    if (code === 'structure' || code === 'value') this.malformed++
    if (++this.errors < mostErrors) this.#tell('error', code, sentence)
  }

  warn(code: IssueCode, sentence: string): void {
    if (++this.#warnings < mostWarnings) this.#tell('warning', code, sentence)
  }

  #tell(severity: Issue['severity'], code: IssueCode, sentence: string): void {
    const expression = this.expression()
    this.#issues.push({ severity, code, diagnostics: `${expression} ${sentence}`, expression: [expression] })
  }

  expression(): string {
    let text = ''
    for (const step of this.#path) {
      if (typeof step === 'number') text += `[${step}]`
      else text += text === '' ? step : `.${step}`
    }
    return text
  }

  /** "The id of an element must be unique within its resource." */
  claimId(id: unknown): void {
    this.#ids ??= new Set()
    if (this.#ids.has(id))
      this.refuse('invalid', 'has an id that another element of the resource has; make it unique.')
    else this.#ids.add(id)
  }

  /** A resource inside another: what bundles and parameters hold stands for itself, what is contained does not. */
  within(resource: Node, check: Check): void {
    const { resource: outer, rootResource, referents } = this
    const [start, ids] = [this.#start, this.#ids]
    this.#ids = undefined
    this.#start = this.#path.length - (typeof this.#path.at(-1) === 'number' ? 2 : 1)
    this.resource = resource
    if (!this.#isContained()) this.rootResource = resource
    if (resource.resourceType === 'Bundle') this.referents = new Referents(resource)
    check(resource, this)
    this.resource = outer
    this.rootResource = rootResource
    this.referents = referents
    this.#start = start
    this.#ids = ids
  }

  #isContained(): boolean {
    const step = this.#path.at(-1)
    return (typeof step === 'number' ? this.#path.at(-2) : step) === 'contained'
  }

  /** Would the check find no error? What it says is forgotten. */
  isRight(check: Check, value: unknown): boolean {
    const { errors, malformed } = this
    const [issues, warnings] = [this.#issues, this.#warnings]
    this.#issues = []
    check(value, this)
    const right = this.errors === errors
    this.#issues = issues
    this.#warnings = warnings
    this.errors = errors
    this.malformed = malformed
    return right
  }

  /** What the check says, unless it refuses what another of them accepts. */
  anyOf(check: Check, others: readonly Check[], value: unknown): void {
    const { errors, malformed } = this
    const [told, warnings] = [this.#issues.length, this.#warnings]
    check(value, this)
    if (this.errors === errors || !others.some((other) => this.isRight(other, value))) return
    this.#issues.length = told
    this.#warnings = warnings
    this.errors = errors
    this.malformed = malformed
  }

  spend(steps: number): void {
    this.#steps -= steps
    if (this.#steps < 0) throw new StepsSpent()
  }

  resolve(reference: unknown): Node | undefined {
    return this.referents.find(reference, this.rootResource)
  }

  isMember(system: string | undefined, code: string, valueSet: string): boolean | undefined {
    return this.known.codes(valueSet)?.has(system, code)
  }

  /** Holds a value against a profile, here. */
  hold(value: unknown, profile: string): void {
    this.#hold(value, profile, this)
  }

  conforms(value: unknown, profile: string): boolean | undefined {
    let known = false
    this.spend(10)
    const right = this.isRight((one, place) => {
      known = this.#hold(one, profile, place)
    }, value)
    return known ? right : undefined
  }

  /** The step that many levels up. */
  above(levels: number): string | number | undefined {
    return this.#path.at(-1 - levels)
  }

  /** The element that an extension, where the check stands now, belongs to. */
  owner(): { readonly path: readonly string[]; readonly extension?: string } {
    const names = this.#path.slice(this.#start, -2).filter((step) => typeof step === 'string')
    const type = this.resource.resourceType
    const path = [typeof type === 'string' ? type : '', ...names.slice(1)]
    const last = path.at(-1)
    return last === 'extension' || last === 'modifierExtension' ? { path, extension: '' } : { path }
  }
}

export type Check = (value: unknown, place: Place) => void

import { maxDepth } from '../json-glance.ts'
import { Refusal } from '../refusal.ts'
import type { XmlIssues } from './xml-issues.ts'
import type { Member, Shape } from './xml-shape.ts'

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

/** An element that is open, and the JSON that it has become so far. */
export class ElementFrame {
  readonly parent: ElementFrame | undefined
  readonly shape: Shape
  /** A complex element or resource; of a primitive its id and extensions. */
  readonly json: Record<string, unknown> = {}
  readonly #name: string
  /** Undefined for a resource, which stands in the element around it. */
  readonly #member: Member | undefined
  readonly #index: number | undefined
  readonly #levels: number
  #value: unknown
  #last: Member | undefined
  /** Lists of primitives that may turn out to have no value at all, but extensions alone. */
  #hollow: Set<string> | undefined

  private constructor(
    name: string,
    shape: Shape,
    parent: ElementFrame | undefined,
    member?: Member,
    index?: number,
  ) {
    this.#name = name
    this.shape = shape
    this.parent = parent
    this.#member = member
    this.#index = index
    const own = member?.content === 'resource' ? 0 : 1
    this.#levels = (parent === undefined ? 0 : parent.#levels) + own + (index === undefined ? 0 : 1)
    // What could not come in as JSON must not come in as XML, for it is stored as JSON.
    if (this.#levels > maxDepth)
      throw new Refusal('malformed', `The resource nests deeper than ${maxDepth} levels.`)
  }

  static ofResource(type: string, shape: Shape, parent: ElementFrame | undefined): ElementFrame {
    const frame = new ElementFrame(type, shape, parent)
    frame.json.resourceType = type
    return frame
  }

  static ofElement(member: Member, parent: ElementFrame): ElementFrame {
    const index = member.repeats ? parent.#count(member.name) : undefined
    parent.#last = member
    return new ElementFrame(member.element, member.shape, parent, member, index)
  }

  get holdsResource(): boolean {
    return this.#member?.content === 'resource'
  }

  get isFilled(): boolean {
    return this.#value !== undefined
  }

  get isPrimitive(): boolean {
    const content = this.#member?.content
    return content === 'text' || content === 'number' || content === 'boolean'
  }

  /** FHIRPath from the outermost resource. */
  get expression(): string {
    if (this.parent === undefined) return this.#name
    const around = this.parent.expression
    if (this.#member === undefined) return around
    return `${around}.${this.#name}${this.#index === undefined ? '' : `[${this.#index}]`}`
  }

  /** Elements stand in the order of the definition, those of a list side by side. */
  faultOfNext(member: Member): string | undefined {
    const last = this.#last
    if (last === undefined || member.order > last.order) return undefined
    if (member.order < last.order) return `has ${member.name} after ${last.name}: R4 has it before.`
    if (member.name !== last.name) return `has ${member.element} in more than one form; keep one.`
    return member.repeats ? undefined : `has ${member.name} twice; it occurs once.`
  }

  setAttribute(name: string, value: string): void {
    this.json[name] = value
  }

  setNarrative(div: string): void {
    this.#value = div
  }

  setValue(text: string, issues: XmlIssues): void {
    this.#value = text
    if (this.#member?.content === 'boolean') {
      if (text === 'true' || text === 'false') this.#value = text === 'true'
      else issues.refuse(this, 'must be true or false.', 'value')
    } else if (this.#member?.content === 'number') {
      if (number.test(text)) this.#value = String(Number(text)) === text ? Number(text) : JSON.rawJSON(text)
      else issues.refuse(this, 'must be a number, written as in JSON.', 'value')
    }
  }

  /** Hands what it has become to the element around it. */
  close(issues: XmlIssues): void {
    for (const name of this.#hollow ?? []) {
      if ((this.json[name] as unknown[]).every((value) => value === null)) delete this.json[name]
    }
    const member = this.#member
    const parent = this.parent
    if (parent === undefined) return
    if (member === undefined) parent.#value = this.json
    else if (this.isPrimitive) this.#closePrimitive(member, parent, issues)
    else if (this.holdsResource && this.#value === undefined) issues.refuse(this, 'holds no resource.')
    else parent.#add(member, member.content === 'elements' ? this.json : this.#value)
  }

  #closePrimitive(member: Member, parent: ElementFrame, issues: XmlIssues): void {
    const { name, repeats } = member
    const value = this.#value ?? null
    let extended: object | null = null
    for (const _ in this.json) extended = this.json
    if (value === null && extended === null) issues.refuse(this, 'is empty; leave the element out.')
    if (!repeats) {
      if (value !== null) parent.json[name] = value
      if (extended !== null) parent.json[`_${name}`] = extended
      return
    }
    const index = this.#index ?? 0
    parent.#add(member, value)
    if (value === null) {
      parent.#hollow ??= new Set()
      parent.#hollow.add(name)
    }
    // https://hl7.org/fhir/R4/json.html#primitive: null fills both lists, so that their places agree.
    const twins = parent.json[`_${name}`] as unknown[] | undefined
    if (twins !== undefined) twins.push(extended)
    else if (extended !== null) parent.json[`_${name}`] = [...Array<null>(index).fill(null), extended]
  }

  #add({ name, repeats }: Member, value: unknown): void {
    if (!repeats) {
      this.json[name] = value
      return
    }
    const list = this.json[name] as unknown[] | undefined
    if (list === undefined) this.json[name] = [value]
    else list.push(value)
  }

  #count(name: string): number {
    return (this.json[name] as unknown[] | undefined)?.length ?? 0
  }
}

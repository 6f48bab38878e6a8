import type { Definitions } from '#fhir/definitions.ts'
import type { ElementType } from '#fhir/element-type.ts'
import type { Expression } from '#fhir/fhirpath/syntax.ts'

export type Node = Readonly<Record<string, unknown>>
export type Items = readonly unknown[]

/** What an expression may know besides its focus. */
export interface Env {
  /** %resource, %rootResource, %context */
  readonly resource: Node
  readonly rootResource: Node
  readonly context: unknown
  /** Counts the work done; throws when the profiles of a clinic ask for too much of it. */
  spend(steps: number): void
  /** The contained resource or bundle entry that a reference leads to. */
  resolve(reference: unknown): Node | undefined
  /** undefined: the value set cannot tell. */
  isMember(system: string | undefined, code: string, valueSet: string): boolean | undefined
  /** undefined: the profile is not known. */
  conforms(value: unknown, profile: string): boolean | undefined
}

/** FHIRPath's three answers: undefined is its empty collection. */
export type Truth = (focus: unknown, env: Env) => boolean | undefined

/** What the values may be, known beforehand; undefined: only they themselves can tell. */
export type Types = readonly ElementType[] | undefined

export interface Compiled {
  readonly types: Types
  readonly items: (focus: unknown, env: Env) => Items
  /** exists(), where no list need be made for it. */
  readonly some?: (focus: unknown, env: Env) => boolean
  /** Only the values of a type, where the way to them tells it: `valueQuantity` of `value`. */
  readonly narrow?: (wanted: string) => Compiled
  /** The objects that hold id and extensions of primitive values. */
  readonly twins?: Compiled
}

/** Handed down while an expression is compiled. */
export interface Scope {
  readonly definitions: Definitions
  /** Of %resource and of %context. */
  readonly resource: Types
  readonly context: Types
  /** An expression that a clinic brought: its regular expressions may be traps. */
  readonly foreign: boolean
  items(expression: Expression, input: Types): Compiled
  truth(expression: Expression, input: Types): Truth
}

const noChildren = { children: [], repeats: false, steps: [] }
const systemTypes = new Map(
  ['boolean', 'string', 'integer', 'decimal', 'dateTime', 'time'].map((name) => [
    name,
    [{ name, ...noChildren }],
  ]),
)

export function systemType(name: 'boolean' | 'string' | 'integer' | 'decimal' | 'dateTime' | 'time'): Types {
  return systemTypes.get(name)
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

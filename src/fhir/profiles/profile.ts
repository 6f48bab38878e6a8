import type { ElementBinding, ElementDefinition, TypeDefinition } from '../definitions.ts'

/** Profiles by canonical, `url` or `url|version`, as one clinic sees them. The base types answer to their URLs too. */
export interface ProfileLookup {
  profile(canonical: string): ProfileDefinition | undefined
  /** Older releases of what is shipped in several, newest first. */
  earlier?(url: string): readonly ProfileDefinition[]
}

/**
 * A profile's snapshot as a tree. An element that the profile (and those it derives from) leaves as it is, is the
 * very object of the base type's tree: whoever has checked the base may pass over it.
 */
export interface ProfileDefinition extends Omit<TypeDefinition, 'elements'> {
  /** The type that it constrains: Patient, Extension, HumanName. */
  readonly type: string
  readonly version?: string
  readonly elements: readonly ProfileElement[]
  /** Extensions only: where they may stand. */
  readonly contexts?: readonly ExtensionContext[]
}

export interface ExtensionContext {
  readonly type: 'fhirpath' | 'element' | 'extension'
  readonly expression: string
}

export interface ProfileElement extends Omit<ElementDefinition, 'children'> {
  /** Structure below, worked out where the profile says something about it, also below a data type. */
  readonly children?: readonly ProfileElement[]
  /** Full canonicals, for values of the profile's own type: a value must meet one of those for its type. */
  readonly profiles?: readonly string[]
  /** Full canonicals of what a Reference may lead to; `targets` says the types. */
  readonly targetProfiles?: readonly string[]
  readonly mustSupport?: boolean
  readonly slicing?: Slicing
  readonly slices?: readonly ProfileElement[]
  readonly sliceName?: string
  /** Required bindings of the profiles it derives from, where its own names another value set: all hold. */
  readonly moreBindings?: readonly ElementBinding[]
}

export interface Slicing {
  readonly discriminators: readonly Discriminator[]
  readonly ordered: boolean
  readonly rules: 'open' | 'closed' | 'openAtEnd'
}

export interface Discriminator {
  readonly type: 'value' | 'pattern' | 'exists' | 'type' | 'profile'
  readonly path: string
}

/** What the definitions in fhir-profiles/ say: types, elements, search parameters, compartments. Read lazily. */

export type SearchKind =
  | 'string'
  | 'token'
  | 'reference'
  | 'date'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'special'

export interface SearchParameter {
  readonly code: string
  /** Canonical URL. */
  readonly url: string
  readonly kind: SearchKind
  /** The resource type this view of the parameter is for (a shared definition yields one view a type). */
  readonly type: string
  /** FHIRPath, already narrowed to `type`. Empty for special parameters without one. */
  readonly expression: string
  /** May the expression yield several elements of one resource? Decides scalar or array columns. */
  readonly repeats: boolean
  /** Reference parameters: allowed target types (never empty; all types for Reference(Any)). */
  readonly targets: readonly string[]
  /** FHIR data types the expression can yield, e.g. ['CodeableConcept'], ['dateTime','Period']. */
  readonly dataTypes: readonly string[]
  /** Token over a `code` element with one implied code system (required binding), when known. */
  readonly impliedSystem?: string
  /** Composite parameters: the component parameters, with each component's expression relative to `expression`. */
  readonly components?: readonly SearchComponent[]
}

export interface SearchComponent {
  readonly parameter: SearchParameter
  readonly expression: string
}

export interface ElementDefinition {
  readonly path: string
  readonly name: string
  readonly min: number
  /** Infinity for `*`. */
  readonly max: number
  /** Data type names; several for a choice element, whose JSON names are name + Type. */
  readonly types: readonly string[]
  readonly isChoice: boolean
  /** Types that a Reference may lead to, or a canonical name; ['Resource'] for any. */
  readonly targets?: readonly string[]
  readonly isSummary: boolean
  readonly isModifier: boolean
  /** Children of a backbone element; absent for elements whose structure is that of their data type. */
  readonly children?: readonly ElementDefinition[]
  /** `#Questionnaire.item` style content reference. */
  readonly contentReference?: string
  readonly binding?: ElementBinding
  /** The element's own invariants; those of its data type are with the type. */
  readonly constraints?: readonly Constraint[]
  /** Profiles that the element's types must meet besides: ['SimpleQuantity']. */
  readonly profiles?: readonly string[]
  /** Where the element comes from when that is not here: `DomainResource.text`. */
  readonly base?: string
  /** On the `value` of a primitive type. */
  readonly regex?: string
  readonly maxLength?: number
  readonly minValue?: unknown
  readonly maxValue?: unknown
  readonly fixed?: unknown
  readonly pattern?: unknown
}

export interface ElementBinding {
  readonly strength: string
  readonly valueSet: string
  /** The one code system whose codes the value set holds. */
  readonly system?: string
}

export interface Constraint {
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly human: string
  readonly expression?: string
}

export interface TypeDefinition {
  readonly name: string
  readonly url: string
  readonly kind: 'resource' | 'complex-type' | 'primitive-type'
  readonly abstract: boolean
  /** The type that it specialises or constrains: DomainResource, Quantity. */
  readonly base?: string
  readonly elements: readonly ElementDefinition[]
  /** Invariants of the whole type; those of `base` are with the base. */
  readonly constraints: readonly Constraint[]
}

export interface Definitions {
  /** All concrete R4 resource types, sorted (146, without the abstract Resource and DomainResource). */
  readonly resourceTypes: readonly string[]
  isResourceType(name: string): boolean
  /** A resource type or data type; throws for an unknown one. */
  type(name: string): TypeDefinition
  /** Those of the type, of DomainResource and Resource; sorted by code. `_id`, `_lastUpdated`, `_tag` … included. */
  searchParameters(type: string): readonly SearchParameter[]
  searchParameter(type: string, code: string): SearchParameter | undefined
  /** Parameter codes that tie a type to a compartment (`{def}` entries left out); undefined: type not in it. */
  compartmentParameters(compartment: string, type: string): readonly string[] | undefined
}

import type { Constraint, Definitions, ElementDefinition } from '#fhir/definitions.ts'
import type { ElementType } from '#fhir/element-type.ts'
import type { Types } from '#validation/fhirpath/compiled.ts'
import { typeOf } from '#validation/rules.ts'

/** A rule of the base types, and where it stands. */
export interface PlacedRule {
  readonly rule: Constraint
  readonly path: string
  /** Names to go down from the type: none for a rule of the whole type. */
  readonly type: string
  readonly context: Types
  readonly resource: Types
}

const dataTypes = [
  ...[
    'Address',
    'Age',
    'Annotation',
    'Attachment',
    'BackboneElement',
    'CodeableConcept',
    'Coding',
    'ContactDetail',
  ],
  ...[
    'ContactPoint',
    'Contributor',
    'Count',
    'DataRequirement',
    'Distance',
    'DomainResource',
    'Dosage',
    'Duration',
  ],
  ...[
    'Element',
    'ElementDefinition',
    'Expression',
    'Extension',
    'HumanName',
    'Identifier',
    'MarketingStatus',
    'Meta',
  ],
  ...[
    'Money',
    'MoneyQuantity',
    'Narrative',
    'ParameterDefinition',
    'Period',
    'Population',
    'ProdCharacteristic',
  ],
  ...[
    'ProductShelfLife',
    'Quantity',
    'Range',
    'Ratio',
    'Reference',
    'RelatedArtifact',
    'Resource',
    'SampledData',
  ],
  ...['Signature', 'SimpleQuantity', 'SubstanceAmount', 'Timing', 'TriggerDefinition', 'UsageContext'],
]

/** Every rule of R4's types, with all that its expression may start from. */
export function everyRule(definitions: Definitions): readonly PlacedRule[] {
  return [...dataTypes, ...definitions.resourceTypes].flatMap((name) => {
    const definition = definitions.type(name)
    const context = [typeOf(definitions, name.endsWith('Quantity') ? 'Quantity' : name)]
    const resource = definition.kind === 'resource' ? context : undefined
    const own = definition.constraints.map((rule) => ({ rule, path: name, type: name, context, resource }))
    return [...own, ...rulesBelow(name, definition.elements, resource, definitions)]
  })
}

function rulesBelow(
  type: string,
  elements: readonly ElementDefinition[],
  resource: Types,
  definitions: Definitions,
): readonly PlacedRule[] {
  return elements.flatMap((element) => {
    const context = contextOf(element, definitions)
    const own = (element.constraints ?? []).map((rule) => ({
      rule,
      path: element.path,
      type,
      context,
      resource,
    }))
    return [...own, ...rulesBelow(type, element.children ?? [], resource, definitions)]
  })
}

function contextOf(element: ElementDefinition, definitions: Definitions): readonly ElementType[] {
  const { children, types, contentReference } = element
  if (children !== undefined)
    return [{ name: types[0] ?? 'BackboneElement', children, repeats: false, steps: [] }]
  if (contentReference === undefined) return types.map((name) => typeOf(definitions, name))
  const [root = '', ...names] = contentReference.slice(1).split('.')
  let found = definitions.type(root).elements
  for (const name of names) found = found.find((one) => one.name === name)?.children ?? []
  return [{ name: 'BackboneElement', children: found, repeats: false, steps: [] }]
}

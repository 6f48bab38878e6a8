import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { type BuiltValue, insertValue, listLength, setValue } from './change-places.ts'
import { type ElementShape, findElement, isChoice, jsonName, shapeOf, typesOf } from './element-shape.ts'
import { type Allowance, copyJson, isObject, type JsonObject } from './json-value.ts'
import type { NamedValue, PatchValue } from './patch-parameters.ts'

export interface BuildContext {
  readonly definitions: Definitions
  readonly allowance: Allowance
  readonly expression: string
}

/** "The type of the value must be correct for the place": https://hl7.org/fhir/R4/fhirpatch.html */
export function buildValue(element: ElementDefinition, value: PatchValue, context: BuildContext): BuiltValue {
  const { definitions, allowance, expression } = context
  if (value.kind === 'resource') {
    const type = typesOf(element).find((name) => name === 'Resource' || name === value.resource.resourceType)
    if (type === undefined) throw wrongType(element, expression)
    return { key: jsonName(element, type), value: copyJson(value.resource, allowance, 2) }
  }
  if (value.kind === 'parts') {
    const [type = ''] = typesOf(element)
    const shape = isChoice(element) ? undefined : shapeOf(definitions, element, type, undefined)
    if (shape === undefined || shape.primitive) throw wrongType(element, expression)
    return { key: jsonName(element, type), value: buildObject(shape, value.parts, context) }
  }
  const type = typesOf(element).find((name) => fits(definitions, name, value.type, isChoice(element)))
  if (type === undefined) throw wrongType(element, expression)
  const built = { key: jsonName(element, type), value: copyJson(value.value, allowance, 2) }
  return isObject(value.twin) ? { ...built, twin: copyJson(value.twin, allowance, 2) } : built
}

function buildObject(shape: ElementShape, parts: readonly NamedValue[], context: BuildContext): JsonObject {
  const object: JsonObject = {}
  for (const part of parts) {
    const at = { ...context, expression: part.expression }
    const element = findElement(shape, part.name)
    if (element === undefined) {
      throw new Refusal('invalid', `${shape.type} has no element "${part.name.slice(0, 64)}".`, {
        expression: part.expression,
      })
    }
    const built = buildValue(element, part.value, at)
    if (element.max > 1) insertValue(object, built, listLength(object, built.key))
    else if (Object.hasOwn(object, built.key)) {
      throw new Refusal('invalid', `"${part.name}" occurs once: it is there twice.`, {
        expression: part.expression,
      })
    } else setValue(object, built)
  }
  return object
}

/** FHIRPath Patch senders write valueString for codes and valueDate for dateTimes; a choice element must be exact. */
function fits(definitions: Definitions, type: string, given: string, exact: boolean): boolean {
  const name = type.charAt(0).toUpperCase() + type.slice(1)
  if (name === given) return true
  if (quantities.has(name) && given === 'Quantity') return true
  if (exact) return false
  const kind = kindOf(definitions, type)
  return kind !== undefined && kind === givenKinds.get(given)
}

const quantities = new Set(['Age', 'Count', 'Distance', 'Duration', 'MoneyQuantity', 'SimpleQuantity'])

const numbers = ['integer', 'positiveInt', 'unsignedInt', 'decimal']
const texts = [
  'string',
  'code',
  'id',
  'markdown',
  'uri',
  'url',
  'canonical',
  'oid',
  'uuid',
  'xhtml',
  'base64Binary',
  'date',
  'dateTime',
  'instant',
  'time',
]
const kinds = new Map([
  ...numbers.map((name) => [name, 'number'] as const),
  ...texts.map((name) => [name, 'text'] as const),
  ['boolean', 'boolean'] as const,
])
const givenKinds = new Map(
  [...kinds].map(([name, kind]) => [name.charAt(0).toUpperCase() + name.slice(1), kind]),
)

/** Some elements, such as ids, have FHIRPath's own string type in the definitions. */
function kindOf(definitions: Definitions, type: string): string | undefined {
  const kind = kinds.get(type)
  if (kind !== undefined || /^[A-Z]/.test(type)) return kind
  return definitions.type(type).kind === 'primitive-type' ? 'text' : undefined
}

function wrongType(element: ElementDefinition, expression: string): Refusal {
  const expected = typesOf(element)
    .map((type) => `value${type.charAt(0).toUpperCase()}${type.slice(1)}`)
    .slice(0, 12)
  const backbone = element.children !== undefined || element.contentReference !== undefined
  return new Refusal(
    'unprocessable',
    `${element.path} takes ${backbone ? 'a value made of parts' : expected.join(' or ')}; the patch gives something else.`,
    { expression },
  )
}

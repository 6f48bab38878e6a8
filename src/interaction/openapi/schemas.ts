import type { Definitions, ElementDefinition, TypeDefinition } from '#fhir/definitions.ts'
import { jsonNames } from '#validation/json-names.ts'
import { schema } from './parts.ts'

type Schema = Record<string, unknown>

/** JSON's own types; every other primitive is a string. */
const primitives: Readonly<Record<string, Schema>> = {
  boolean: { type: 'boolean' },
  decimal: { type: 'number' },
  integer: { type: 'integer' },
  positiveInt: { type: 'integer', minimum: 1 },
  unsignedInt: { type: 'integer', minimum: 0 },
}
const anyResource: Schema = {
  type: 'object',
  required: ['resourceType'],
  properties: { resourceType: { type: 'string' }, id: schema('id'), meta: schema('Meta') },
}

/** A schema for each resource type, for what it holds inside, and for each data type that is met on the way. */
export function buildSchemas(definitions: Definitions): Record<string, Schema> {
  const schemas: Record<string, Schema> = { Resource: anyResource }
  const waiting: string[] = ['id', 'Meta', ...definitions.resourceTypes]
  const met = new Set<string>(['Resource', ...waiting])

  const meet = (type: string): Schema => {
    const name = definitions.isResourceType(type) || type === 'DomainResource' ? 'Resource' : type
    if (!met.has(name)) {
      met.add(name)
      waiting.push(name)
    }
    return schema(name)
  }
  const schemaOf = (element: ElementDefinition, type: string, owner: string): Schema => {
    if (element.contentReference !== undefined) return schema(element.contentReference.slice(1))
    if (element.children === undefined) return meet(type)
    const name = `${owner}.${element.name}`
    schemas[name] = buildObject(element.children, name)
    return schema(name)
  }
  const buildObject = (elements: readonly ElementDefinition[], owner: string): Schema => {
    const properties: Record<string, Schema> = {}
    const required: string[] = []
    for (const element of elements) {
      for (const [name, type] of jsonNames(element)) {
        const value = schemaOf(element, type, owner)
        properties[name] = element.max > 1 ? { type: 'array', items: value } : value
        // A primitive may be missing for a reason that its extension tells.
        if (element.min > 0 && !element.isChoice && !isPrimitive(element)) required.push(name)
      }
    }
    return { type: 'object', ...(required.length === 0 ? {} : { required }), properties }
  }
  const isPrimitive = ({ children, contentReference, types: [type = ''] }: ElementDefinition) =>
    children === undefined && contentReference === undefined && /^[a-z]/.test(type)

  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const type = definitions.type(name)
    if (type.kind === 'primitive-type') schemas[name] = buildPrimitive(type)
    else if (type.kind === 'complex-type') schemas[name] = buildObject(type.elements, name)
    else schemas[name] = asResource(buildObject(type.elements, name), name)
  }
  return schemas
}

function asResource({ required = [], properties, ...rest }: Schema, name: string): Schema {
  return {
    ...rest,
    required: ['resourceType', ...(required as string[])],
    properties: { resourceType: { const: name }, ...(properties as Schema) },
    externalDocs: { url: `https://hl7.org/fhir/R4/${name.toLowerCase()}.html` },
  }
}

function buildPrimitive({ name, elements }: TypeDefinition): Schema {
  const known = primitives[name]
  if (known !== undefined) return known
  const regex = elements.find((element) => element.name === 'value')?.regex
  return { type: 'string', ...(regex === undefined ? {} : { pattern: `^(?:${regex})$` }) }
}

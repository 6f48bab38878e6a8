import type { Definitions, ElementDefinition, TypeDefinition } from '#fhir/definitions.ts'
import type { ElementType } from '#fhir/element-type.ts'
import { checkAddress, checkIdentifier } from './address-rules.ts'
import { checkBinding, checkCoding, mustHaveCode } from './binding-rules.ts'
import { checkContained } from './contained-rules.ts'
import { isNode } from './fhirpath/compiled.ts'
import { jsonNames } from './json-names.ts'
import { checkObject, type Property, type Shape } from './object-check.ts'
import type { Check } from './place.ts'
import { primitiveCheck, primitiveChecks } from './primitive-checks.ts'
import { checkReferenceForm } from './reference-form.ts'
import { checkReference, checkTargets } from './reference-rules.ts'
import { compileRule, typeOf } from './rules.ts'

/** The base types, compiled from the definitions when first used: a type becomes a table of what its objects may hold. */
export class Shapes {
  readonly #definitions: Definitions
  readonly #claims: Check
  readonly #extension: Check
  readonly #types = new Map<string, Check>()
  #besideValue: Check | undefined

  /** `claims` looks at the profiles that a resource names, `extension` at the definition behind an extension's URL. */
  constructor(definitions: Definitions, claims: Check, extension: Check) {
    this.#definitions = definitions
    this.#claims = claims
    this.#extension = extension
  }

  /** The check for a data type or a resource type, compiled when first asked for. */
  type(name: string): Check {
    let check = this.#types.get(name)
    if (check === undefined) {
      check = this.#build(name)
      this.#types.set(name, check)
    }
    return check
  }

  #build(name: string): Check {
    const primitive = primitiveChecks.get(name)
    if (primitive !== undefined) return primitive
    if (name === 'Resource' || name === 'DomainResource')
      return (value, place) => this.anyResource(value, place)
    const definition = this.#definitions.type(name)
    const isResource = definition.kind === 'resource'
    const context = [typeOf(this.#definitions, name)]
    const scope: Compiling = { backbones: new Map(), resource: isResource ? context : undefined }
    const shape = this.#shape(definition.elements, scope, isResource ? 'nothing' : 'more')
    if (isResource) shape.properties.set('resourceType', resourceTypeProperty)
    return checkObject(shape, this.#rules(definition, context, scope))
  }

  /** Those of the type and of all that it specialises, and what no expression says. */
  #rules(definition: TypeDefinition, context: readonly ElementType[], scope: Compiling): readonly Check[] {
    const { name, kind } = definition
    const rules: Check[] = []
    if (name === 'Reference') rules.push(checkReference(this.#definitions))
    if (name === 'Coding') rules.push(checkCoding)
    if (name === 'Identifier') rules.push(checkIdentifier)
    for (let of: TypeDefinition | undefined = definition; of !== undefined; of = this.#baseOf(of)) {
      if (of.name === 'DomainResource') rules.push(checkContained)
      rules.push(...this.#compile(of.constraints, context, scope))
    }
    if (name === 'Extension') rules.push(this.#extension)
    if (kind === 'resource') rules.push(this.#claims)
    return rules
  }

  #baseOf({ base }: TypeDefinition): TypeDefinition | undefined {
    return base === undefined ? undefined : this.#definitions.type(base)
  }

  #compile(
    constraints: TypeDefinition['constraints'],
    context: readonly ElementType[],
    scope: Compiling,
  ): Check[] {
    const { resource } = scope
    return constraints.flatMap(
      (rule) =>
        compileRule(rule, { definitions: this.#definitions, context, resource, foreign: false }) ?? [],
    )
  }

  #shape(elements: readonly ElementDefinition[], scope: Compiling, least: Shape['least'] = 'more'): Shape {
    const properties = new Map<string, Property>()
    const required: string[] = []
    let choices = 0
    for (const element of elements) {
      const choice = element.isChoice ? 1 << choices++ : 0
      const bit = element.min > 0 ? 1 << (required.push(element.name) - 1) : 0
      for (const [name, type] of jsonNames(element)) {
        const check = this.#elementCheck(element, type, scope)
        const property: Property = { element: element.name, max: element.max, check, choice, required: bit }
        properties.set(name, property)
        // Attributes in XML (an id, an extension's url) and narratives have no extensions.
        if (primitiveChecks.has(type) && !isAttribute(element)) {
          properties.set(`_${name}`, {
            ...property,
            check: this.#aloneOf(element, type),
            beside: this.#beside,
            choice: 0,
          })
        }
      }
    }
    return { properties, required, least }
  }

  /** Id and extensions of a primitive value: without the value, an id alone says nothing. */
  readonly #alone: Check = (value, place) => this.type('Element')(value, place)

  #aloneOf({ path, base, binding }: ElementDefinition, type: string): Check {
    if (path === 'Resource.id' || base === 'Resource.id') return inTurn(this.#alone, [mustHaveValue])
    return type === 'code' && binding?.strength === 'required'
      ? inTurn(this.#alone, [mustHaveCode])
      : this.#alone
  }

  readonly #beside: Check = (value, place) => {
    this.#besideValue ??= checkObject(
      this.#shape(
        this.#definitions.type('Element').elements,
        { backbones: new Map(), resource: undefined },
        'id',
      ),
      [],
    )
    this.#besideValue(value, place)
  }

  #elementCheck(element: ElementDefinition, type: string, scope: Compiling): Check {
    if (element.path === 'Reference.reference') return checkReferenceForm(this.#definitions)
    if (element.contentReference !== undefined) {
      const path = element.contentReference.slice(element.contentReference.indexOf('#') + 1)
      return (value, place) => scope.backbones.get(path)?.(value, place)
    }
    if (element.children !== undefined) return this.#backbone(element, type, element.children, scope)
    return inTurn(this.#typeCheck(type, element.path), this.#elementRules(element, type, scope))
  }

  #backbone(
    element: ElementDefinition,
    type: string,
    children: readonly ElementDefinition[],
    scope: Compiling,
  ): Check {
    let check: Check | undefined
    // Known before its children are built, for those that refer back to it.
    scope.backbones.set(element.path, (value, place) => check?.(value, place))
    const context = [{ name: type || 'BackboneElement', children, repeats: false, steps: [] }]
    check = checkObject(
      this.#shape(children, scope),
      this.#compile(element.constraints ?? [], context, scope),
    )
    return check
  }

  #typeCheck(type: string, path: string): Check {
    const primitive = primitiveCheck(type, path)
    if (primitive !== undefined) return primitive
    let check: Check | undefined
    return (value, place) => {
      check ??= this.type(type)
      check(value, place)
    }
  }

  #elementRules(element: ElementDefinition, type: string, scope: Compiling): readonly Check[] {
    const { binding, targets, profiles = [], constraints = [] } = element
    const context = element.types.map((name) => typeOf(this.#definitions, name))
    const ofProfiles = profiles.flatMap((name) =>
      this.#compile(this.#definitions.type(name).constraints, context, scope),
    )
    return [
      checkAddress(element, type) ?? [],
      (binding && checkBinding(binding, type)) ?? [],
      (targets && type === 'Reference'
        ? checkTargets(element.path, targets, this.#definitions)
        : undefined) ?? [],
      // ext-1 stands on Extension and on Extension.extension; once is enough.
      type === 'Extension' ? [] : this.#compile(constraints, context, scope),
      ofProfiles,
    ].flat()
  }

  anyResource: Check = (value, place) => {
    const type = isNode(value) ? value.resourceType : undefined
    if (!isNode(value) || typeof type !== 'string' || !this.#definitions.isResourceType(type)) {
      place.refuse('structure', 'must be a resource: an object with the resourceType of an R4 resource.')
      return
    }
    place.within(value, this.type(type))
  }
}

function isAttribute({ path, base, types }: ElementDefinition): boolean {
  return path === 'Extension.url' || path === 'Element.id' || base === 'Element.id' || types.includes('xhtml')
}

const mustHaveValue: Check = (_, place) =>
  place.refuse('invalid', 'must have a value: nothing can stand for an id.')

interface Compiling {
  /** By path, for content references. */
  readonly backbones: Map<string, Check>
  readonly resource: readonly ElementType[] | undefined
}

const resourceTypeProperty: Property = {
  element: 'resourceType',
  max: 1,
  check: () => undefined,
  choice: 0,
  required: 0,
}

function inTurn(first: Check, rules: readonly Check[]): Check {
  if (rules.length === 0) return first
  const [rule = first] = rules
  if (rules.length === 1) {
    return (value, place) => {
      const { malformed } = place
      first(value, place)
      if (place.malformed === malformed) rule(value, place)
    }
  }
  return (value, place) => {
    const { malformed } = place
    first(value, place)
    if (place.malformed === malformed) for (const one of rules) one(value, place)
  }
}

import type { Definitions, ElementDefinition } from '../definitions.ts'
import { choiceName } from '../element-tree.ts'
import { referencedElement } from '../element-type.ts'

/** What stands in the element: a primitive's `value`, other elements, a whole resource, or the narrative's markup. */
export type Content = 'text' | 'number' | 'boolean' | 'elements' | 'resource' | 'narrative'

export interface Member {
  /** In JSON and XML alike: `valueQuantity`. */
  readonly name: string
  /** In FHIRPath: `value`. */
  readonly element: string
  /** Among its siblings; all forms of a choice have the same. */
  readonly order: number
  readonly repeats: boolean
  readonly content: Content
  /** https://hl7.org/fhir/R4/xml.html: `url` of an extension and `id` of an element are attributes. */
  readonly isAttribute: boolean
  /** Of the elements in it; a primitive may have `id` and `extension`. */
  readonly shape: Shape
}

/** Filled when first looked into: data types refer to each other in circles. */
export interface Shape {
  readonly members: ReadonlyMap<string, Member>
}

const numbers = new Set(['integer', 'decimal', 'positiveInt', 'unsignedInt'])

/** The definitions as XML needs them: each type a table of its elements with their order. */
export class XmlShapes {
  readonly #definitions: Definitions
  readonly #types = new Map<string, Shape>()
  readonly #backbones = new Map<ElementDefinition, Shape>()

  constructor(definitions: Definitions) {
    this.#definitions = definitions
  }

  isResourceType(name: string): boolean {
    return this.#definitions.isResourceType(name)
  }

  /** A resource type or data type. */
  type(name: string): Shape {
    let shape = this.#types.get(name)
    if (shape === undefined) {
      shape = this.#shape(
        () => this.#definitions.type(name).elements,
        () => this.#definitions.type(name).kind === 'resource',
      )
      this.#types.set(name, shape)
    }
    return shape
  }

  #backbone(element: ElementDefinition): Shape {
    let shape = this.#backbones.get(element)
    if (shape === undefined) {
      shape = this.#shape(
        () => element.children ?? [],
        () => false,
      )
      this.#backbones.set(element, shape)
    }
    return shape
  }

  #shape(elements: () => readonly ElementDefinition[], isResource: () => boolean): Shape {
    const build = () => {
      const members = new Map<string, Member>()
      for (const [order, element] of elements().entries()) {
        for (const member of this.#members(element, order, isResource())) members.set(member.name, member)
      }
      return members
    }
    let built: ReadonlyMap<string, Member> | undefined
    return {
      get members() {
        built ??= build()
        return built
      },
    }
  }

  #members(element: ElementDefinition, order: number, ofResource: boolean): readonly Member[] {
    const { name, path, types, isChoice } = element
    const structure = referencedElement(this.#definitions, element)
    const [type = 'Element'] = structure.types
    return (isChoice ? types : [type]).map((type) => {
      const content = this.#contentOf(type)
      return {
        name: isChoice ? choiceName(name, type) : name,
        element: name,
        order,
        repeats: element.max > 1,
        content,
        isAttribute: (name === 'id' && !ofResource) || path === 'Extension.url',
        shape: structure.children === undefined ? this.#shapeOf(type, content) : this.#backbone(structure),
      }
    })
  }

  #contentOf(type: string): Content {
    if (type === 'Resource' || this.#definitions.isResourceType(type)) return 'resource'
    if (type === 'xhtml') return 'narrative'
    if (this.#definitions.type(type).kind !== 'primitive-type') return 'elements'
    if (type === 'boolean') return 'boolean'
    return numbers.has(type) ? 'number' : 'text'
  }

  #shapeOf(type: string, content: Content): Shape {
    return this.type(content === 'elements' ? type : 'Element')
  }
}

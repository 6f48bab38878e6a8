import { numberText } from '../json.ts'
import { Refusal } from '../refusal.ts'
import { escapeXml } from './escape-xml.ts'
import { fhirNamespace } from './namespaces.ts'
import { checkNarrative } from './narrative.ts'
import type { Member, Shape, XmlShapes } from './xml-shape.ts'

type Json = Readonly<Record<string, unknown>>

interface Child {
  readonly member: Member
  readonly value: unknown
  /** What JSON keeps of a primitive under `_name`: id and extensions. */
  readonly twin: unknown
}

/** One resource as XML: https://hl7.org/fhir/R4/xml.html */
export class XmlWriter {
  readonly #shapes: XmlShapes
  readonly #pretty: boolean
  readonly #pieces: string[] = ['<?xml version="1.0" encoding="UTF-8"?>']
  readonly #path: (string | number)[] = []

  constructor(shapes: XmlShapes, pretty: boolean) {
    this.#shapes = shapes
    this.#pretty = pretty
    if (!pretty) this.#pieces.push('\n')
  }

  write(resource: unknown): string {
    this.#writeResource(resource, 0, ` xmlns="${fhirNamespace}"`)
    if (this.#pretty) this.#pieces.push('\n')
    return this.#pieces.join('')
  }

  #writeResource(resource: unknown, depth: number, declaration = ''): void {
    const type = isObject(resource) ? resource.resourceType : undefined
    if (typeof type !== 'string' || !this.#shapes.isResourceType(type)) throw this.#refuse()
    if (this.#path.length === 0) this.#path.push(type)
    this.#writeElement(type, declaration, resource as Json, this.#shapes.type(type), depth)
  }

  #writeElement(name: string, attributes: string, json: Json, shape: Shape, depth: number): void {
    let head = ''
    let sorted = true
    let order = -1
    const children: Child[] = []
    for (const key in json) {
      const member = shape.members.get(key)
      if (member === undefined) {
        const child = this.#lonelyTwin(key, json, shape)
        if (child !== undefined) children.push(child)
      } else if (member.isAttribute) head += ` ${key}="${this.#textOf(json[key])}"`
      else children.push({ member, value: json[key], twin: json[`_${key}`] })
      const last = children.at(-1)?.member.order ?? -1
      if (last < order) sorted = false
      order = last
    }
    this.#line(depth)
    if (children.length === 0) {
      this.#pieces.push(`<${name}${head}${attributes}/>`)
      return
    }
    if (!sorted) children.sort((a, b) => a.member.order - b.member.order)
    this.#pieces.push(`<${name}${head}${attributes}>`)
    for (const child of children) this.#writeChild(child, depth + 1)
    this.#line(depth)
    this.#pieces.push(`</${name}>`)
  }

  /** `_birthDate` without `birthDate`; undefined for what stands nowhere in XML or is written with its value. */
  #lonelyTwin(key: string, json: Json, shape: Shape): Child | undefined {
    if (key === 'resourceType') return undefined
    const name = key.startsWith('_') ? key.slice(1) : ''
    const member = shape.members.get(name)
    if (member === undefined || member.isAttribute || !hasValue(member)) throw this.#refuse(key)
    return json[name] === undefined ? { member, value: undefined, twin: json[key] } : undefined
  }

  #writeChild({ member, value, twin }: Child, depth: number): void {
    this.#path.push(member.element)
    if (Array.isArray(value) || Array.isArray(twin)) {
      const [values, twins] = [listOf(value), listOf(twin)]
      const count = Math.max(values.length, twins.length)
      for (let i = 0; i < count; i++) {
        this.#path.push(i)
        this.#writeOne(member, values[i], twins[i], depth)
        this.#path.pop()
      }
    } else this.#writeOne(member, value, twin, depth)
    this.#path.pop()
  }

  #writeOne(member: Member, value: unknown, twin: unknown, depth: number): void {
    const { name, content, shape } = member
    if (content === 'resource') {
      this.#line(depth)
      this.#pieces.push(`<${name}>`)
      this.#writeResource(value, depth + 1)
      this.#line(depth)
      this.#pieces.push(`</${name}>`)
    } else if (content === 'narrative') {
      this.#line(depth)
      this.#pieces.push(this.#narrative(value))
    } else if (content === 'elements') {
      if (!isObject(value)) throw this.#refuse()
      this.#writeElement(name, '', value, shape, depth)
    } else {
      const attribute = value === undefined || value === null ? '' : ` value="${this.#textOf(value)}"`
      this.#writeElement(name, attribute, isObject(twin) ? twin : {}, shape, depth)
    }
  }

  #narrative(div: unknown): string {
    try {
      return checkNarrative(String(div))
    } catch (error) {
      throw this.#refuse('', error)
    }
  }

  #textOf(value: unknown): string {
    if (typeof value === 'string') return escapeXml(value)
    if (typeof value === 'boolean') return String(value)
    const text = numberText(value)
    if (text === undefined) throw this.#refuse()
    return text
  }

  #line(depth: number): void {
    if (this.#pretty) this.#pieces.push(`\n${'  '.repeat(depth)}`)
  }

  #refuse(key = '', cause?: unknown): Refusal {
    let expression = ''
    for (const step of this.#path) {
      if (typeof step === 'number') expression += `[${step}]`
      else expression += expression === '' ? step : `.${step}`
    }
    if (key !== '') expression += `.${key.slice(0, 64)}`
    return new Refusal(
      'not-acceptable',
      `The answer cannot be written in XML because of ${expression || 'its type'}: ask for it in JSON.`,
      { cause, ...(expression === '' ? {} : { expression }) },
    )
  }
}

function hasValue({ content }: Member): boolean {
  return content === 'text' || content === 'number' || content === 'boolean'
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

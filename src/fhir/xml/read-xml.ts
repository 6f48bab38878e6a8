import type { SaxesTagNS } from 'saxes'
import { Refusal } from '../refusal.ts'
import { ElementFrame } from './element-frame.ts'
import { fhirNamespace, schemaInstanceNamespace, xhtmlNamespace, xmlnsNamespace } from './namespaces.ts'
import { NarrativeCapture } from './narrative.ts'
import { XmlIssues } from './xml-issues.ts'
import { parseXml, type XmlEvents } from './xml-parser.ts'
import type { Member, XmlShapes } from './xml-shape.ts'

/** FHIR content nests about 20 deep; deeper is an attack on whoever walks it, in XML as in JSON. */
const maxDepth = 64
const blank = /^[ \t\r\n]*$/

/** One resource from XML to the JSON it stands for: https://hl7.org/fhir/R4/xml.html */
export class XmlReader implements XmlEvents {
  readonly #source: string
  readonly #shapes: XmlShapes
  readonly #issues = new XmlIssues()
  #frame: ElementFrame | undefined
  #depth = 0
  /** How deep we are in an element that was refused: its content says nothing more. */
  #skipped = 0
  #narrative: NarrativeCapture | undefined
  #resource: unknown

  constructor(source: string, shapes: XmlShapes) {
    this.#source = source
    this.#shapes = shapes
  }

  read(): unknown {
    parseXml(this.#source, this)
    this.#issues.check()
    return this.#resource
  }

  open(tag: SaxesTagNS, start: number): void {
    if (this.#narrative !== undefined) {
      this.#narrative.open(tag)
      return
    }
    if (++this.#depth > maxDepth) {
      throw new Refusal('malformed', `The XML nests deeper than ${maxDepth} levels.`)
    }
    if (this.#skipped > 0) {
      this.#skipped++
      return
    }
    const parent = this.#frame
    if (parent === undefined || parent.holdsResource) this.#openResource(tag, parent)
    else this.#openElement(tag, start, parent)
  }

  close(_tag: SaxesTagNS, end: number): void {
    if (this.#narrative !== undefined) {
      const div = this.#narrative.close(this.#source, end)
      if (div === undefined) return
      this.#narrative = undefined
      this.#frame?.setNarrative(div)
    }
    this.#depth--
    if (this.#skipped > 0) {
      this.#skipped--
      return
    }
    const frame = this.#frame as ElementFrame
    frame.close(this.#issues)
    this.#frame = frame.parent
    if (frame.parent === undefined) this.#resource = frame.json
  }

  text(text: string): void {
    if (this.#narrative !== undefined || this.#skipped > 0 || blank.test(text)) return
    this.#issues.refuse(this.#frame, 'holds text; in FHIR a value stands in the attribute "value".')
  }

  #openResource(tag: SaxesTagNS, parent: ElementFrame | undefined): void {
    const type = tag.local
    if (tag.uri !== fhirNamespace) {
      const sentence = `must be a resource in the namespace of FHIR: write xmlns="${fhirNamespace}".`
      this.#refuse(parent, parent === undefined ? `The XML ${sentence}` : sentence)
    } else if (!this.#shapes.isResourceType(type)) {
      const shown = type.slice(0, 64)
      this.#refuse(
        parent,
        `${parent === undefined ? 'The XML is' : 'is'} ${shown}, which is no resource of R4.`,
      )
    } else if (parent?.isFilled) {
      this.#refuse(parent, 'holds one resource: put the next into an element of its own.')
    } else {
      this.#frame = ElementFrame.ofResource(type, this.#shapes.type(type), parent)
      this.#readAttributes(tag, this.#frame)
    }
  }

  #openElement(tag: SaxesTagNS, start: number, parent: ElementFrame): void {
    const name = tag.local
    const member = parent.shape.members.get(name)
    if (member === undefined || member.isAttribute) {
      const shown = name.slice(0, 64)
      const hint = member === undefined ? 'check its spelling and its place' : 'it is an attribute'
      this.#refuse(parent, `has no element '${shown}'; ${hint}.`)
      return
    }
    const namespace = member.content === 'narrative' ? xhtmlNamespace : fhirNamespace
    if (tag.uri !== namespace) {
      this.#refuse(parent, `has ${name} in another namespace: it belongs to ${namespace}.`)
      return
    }
    const fault = parent.faultOfNext(member)
    if (fault !== undefined) {
      this.#refuse(parent, fault)
      return
    }
    this.#frame = ElementFrame.ofElement(member, parent)
    if (member.content === 'narrative') this.#narrative = new NarrativeCapture(tag, start)
    else this.#readAttributes(tag, this.#frame)
  }

  #readAttributes(tag: SaxesTagNS, frame: ElementFrame): void {
    for (const key in tag.attributes) {
      const { uri, local, value } = tag.attributes[key] as SaxesTagNS['attributes'][string]
      if (uri === xmlnsNamespace || uri === schemaInstanceNamespace) continue
      const member: Member | undefined = uri === '' ? frame.shape.members.get(local) : undefined
      if (member?.isAttribute && !frame.holdsResource) frame.setAttribute(local, value)
      else if (uri === '' && local === 'value' && frame.isPrimitive) frame.setValue(value, this.#issues)
      else this.#issues.refuse(frame, `has no attribute '${key.slice(0, 64)}'.`)
    }
  }

  #refuse(place: ElementFrame | undefined, sentence: string): void {
    this.#issues.refuse(place, sentence)
    this.#skipped = 1
  }
}

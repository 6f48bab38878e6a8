import type { Definitions } from '../definitions.ts'
import { parseJson } from '../json.ts'
import { XmlReader } from './read-xml.ts'
import { XmlWriter } from './write-xml.ts'
import { XmlShapes } from './xml-shape.ts'

/** FHIR's XML form of resources, whose other form, JSON, is the one that the server works with. */
export interface XmlFormat {
  /** The JSON that the XML stands for, decimals as they were written. What R4's XML is not is refused with its places. */
  read(xml: string): unknown
  /** XML from the JSON text of a resource. */
  write(json: string, options?: { readonly pretty?: boolean }): string
}

/** A Bundle around a resource that nests as deep as one may is deeper still. */
const depthOfAnswers = 80

export function createXmlFormat(definitions: Definitions): XmlFormat {
  const shapes = new XmlShapes(definitions)
  return {
    read: (xml) => new XmlReader(xml, shapes).read(),
    write: (json, { pretty = false } = {}) =>
      new XmlWriter(shapes, pretty).write(parseJson(json, depthOfAnswers)),
  }
}

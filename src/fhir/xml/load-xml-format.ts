import type { Definitions } from '../definitions.ts'
import type { XmlFormat } from './xml-format.ts'

/** Whoever speaks JSON alone pays nothing for XML: parser and converter are loaded when first asked for. */
export function createXmlLoader(definitions: Definitions): () => Promise<XmlFormat> {
  let format: Promise<XmlFormat> | undefined
  return () => {
    format ??= import('./xml-format.ts').then(({ createXmlFormat }) => createXmlFormat(definitions))
    return format
  }
}

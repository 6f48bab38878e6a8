import type { FhirResponse } from '#interaction/exchange.ts'
import type { HttpParts } from './parts.ts'
import { plainPresentation } from './presentation.ts'
import type { Visit } from './visit.ts'

/** The JSON that the interactions answer with, in XML for those who asked for it. */
export function createXmlAnswer({
  loadXml,
}: Pick<HttpParts, 'loadXml'>): (visit: Visit, answer: FhirResponse) => Promise<FhirResponse> {
  // Nearly a megabyte that anybody may ask for without a token: it is not written anew for each.
  let capabilities = { json: '', pretty: false, xml: '' }

  return async (visit, answer) => {
    const { body: json } = answer
    if (json === undefined || answer.contentType !== undefined) return answer
    const { record, presentation } = visit
    const { pretty } = presentation
    const isCapabilities = record.interaction === 'capabilities'
    if (isCapabilities && pretty === capabilities.pretty && json === capabilities.json) {
      return { ...answer, body: capabilities.xml }
    }
    try {
      const xml = (await loadXml()).write(json, { pretty })
      if (isCapabilities && answer.status === 200) capabilities = { json, pretty, xml }
      return { ...answer, body: xml }
    } catch (error) {
      if (record.method === 'GET' || record.method === 'HEAD') throw error
      // What was written stays written: better told in JSON than not at all.
      visit.presentation = plainPresentation
      return answer
    }
  }
}

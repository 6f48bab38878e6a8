import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { createXmlFormat } from '#fhir/xml/xml-format.ts'

export const format = createXmlFormat(loadDefinitions())

/** What is said of XML that is not taken: every sentence, or `taken`. */
export function refusalOf(work: () => unknown): readonly string[] | 'taken' {
  try {
    work()
    return 'taken'
  } catch (error) {
    if (error instanceof Refusal) return error.issues.map(({ diagnostics }) => diagnostics)
    throw error
  }
}

/** A Patient around the given elements. */
export function patientOf(content: string): string {
  return `<Patient xmlns="http://hl7.org/fhir">${content}</Patient>`
}

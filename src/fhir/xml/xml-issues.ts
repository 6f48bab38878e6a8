import { type Issue, Refusal } from '../refusal.ts'

/** More than a person would read; a hostile body must not make a longer answer than itself. */
const most = 100

/** What is wrong with the XML as FHIR: all of it at once, each with its place. */
export class XmlIssues {
  readonly #issues: Issue[] = []

  /** `sentence` follows the place: "Patient.name[0]" + " has no element …". Stops at the hundredth. */
  refuse(place: { readonly expression: string } | undefined, sentence: string, code = 'structure'): void {
    if (place === undefined) throw new Refusal('invalid', sentence)
    const { expression } = place
    this.#issues.push({
      severity: 'error',
      code,
      diagnostics: `${expression} ${sentence}`,
      expression: [expression],
    })
    if (this.#issues.length < most) return
    this.#issues.push({ severity: 'error', code: 'incomplete', diagnostics: 'The rest was not looked at.' })
    this.check()
  }

  check(): void {
    if (this.#issues.length === 0) return
    throw new Refusal('invalid', 'The XML is not what R4 has for this resource.', { issues: this.#issues })
  }
}

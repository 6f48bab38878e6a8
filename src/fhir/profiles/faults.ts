import { type Issue, Refusal } from '../refusal.ts'
import type { StructureSource } from './structure-source.ts'

/** As many as a person would mend in one go. */
const mostIssues = 100

/** What is wrong with a profile, all of it, each with its place in the StructureDefinition. */
export class ProfileFaults {
  readonly issues: Issue[] = []
  readonly #url: string
  readonly #list: string

  constructor(source: StructureSource) {
    this.#url = source.url
    this.#list = `StructureDefinition.${source.differential === undefined ? 'snapshot' : 'differential'}.element`
  }

  /** `place` within StructureDefinition: `baseDefinition`. */
  add(place: string, sentence: string): void {
    this.#push(`StructureDefinition.${place}`, sentence)
  }

  /** `index` of the element in the list that the profile is made of. */
  addAt(index: number | undefined, sentence: string, property?: string): void {
    const element = index === undefined ? '' : `[${index}]${property === undefined ? '' : `.${property}`}`
    this.#push(`${this.#list}${element}`, sentence)
  }

  refuseAny(): void {
    if (this.issues.length === 0) return
    throw new Refusal('unprocessable', `The profile ${this.#url} cannot be used.`, { issues: this.issues })
  }

  #push(expression: string, diagnostics: string): void {
    if (this.issues.length >= mostIssues) return
    this.issues.push({ severity: 'error', code: 'business-rule', diagnostics, expression: [expression] })
  }
}

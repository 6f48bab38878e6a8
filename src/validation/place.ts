import type { Issue } from '#fhir/refusal.ts'

/** More issues than a person would read; a hostile body must not make a longer answer than itself. */
const mostIssues = 100

/** Where the check stands in the resource, and what it has found. One path is pushed and popped: no string until an issue needs one. */
export class Place {
  readonly issues: Issue[] = []
  readonly #path: (string | number)[] = []

  constructor(root: string) {
    this.#path.push(root)
  }

  enter(step: string | number): void {
    this.#path.push(step)
  }

  leave(): void {
    this.#path.pop()
  }

  /** `sentence` follows the place's name: "Patient.birthDate" + " must be …". */
  refuse(code: 'structure' | 'value' | 'invalid', sentence: string): void {
    if (this.issues.length >= mostIssues) return
    const expression = this.#expression()
    this.issues.push({
      severity: 'error',
      code,
      diagnostics: `${expression} ${sentence}`,
      expression: [expression],
    })
  }

  #expression(): string {
    let text = ''
    for (const step of this.#path) {
      if (typeof step === 'number') text += `[${step}]`
      else text += text === '' ? step : `.${step}`
    }
    return text
  }
}

export type Check = (value: unknown, place: Place) => void

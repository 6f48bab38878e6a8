import type { Definitions } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import { createValidator } from '#validation/validator.ts'
import type { Case, Finding, Verdict } from './case.ts'

/** The road's own way with a text: parsed without loss, then validated with what the server ships. */
export function createOwnJudge(definitions: Definitions): (one: Pick<Case, 'name' | 'text'>) => Verdict {
  const validator = createValidator({
    definitions,
    valueSets: loadTerminology(),
    profiles: loadProfiles(definitions),
    settings: { refuseUnknownProfiles: false },
  })
  const issuesOf = (text: string): readonly Issue[] => {
    try {
      return validator.validate(parseJson(text))
    } catch (error) {
      if (error instanceof Refusal) return error.issues
      throw error
    }
  }
  return ({ name, text }) => ({ name, issues: issuesOf(text).map(buildFinding) })
}

function buildFinding({ severity, code, diagnostics, expression }: Issue): Finding {
  return { severity, id: code, location: expression?.[0] ?? '', message: diagnostics }
}

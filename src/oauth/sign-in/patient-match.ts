import type { Definitions } from '#fhir/definitions.ts'
import { parseSearch } from '#fhir/search-parse.ts'
import type { Database } from '#store/store.ts'
import { buildPatientChoice, type PatientChoice } from './patient-choices.ts'
import type { Statement } from './record-claims.ts'

/** Patients of the clinic of whom all that somebody said of themselves is true. */
export type MatchPatients = (clinic: string, statement: Statement) => Promise<readonly PatientChoice[]>

const most = 5

export function createMatchPatients(
  database: Pick<Database, 'asSystem'>,
  definitions: Definitions,
  timeZone: string,
): MatchPatients {
  return async (clinic, { identifier, familyName, birthDate }) => {
    const exact = (text: string) => text.replaceAll(/[\\,$|]/g, '\\$&')
    const { query } = parseSearch(
      definitions,
      ['Patient'],
      [
        ['identifier', exact(identifier)],
        ['family', exact(familyName)],
        ['birthdate', birthDate],
      ],
      { timeZone, strict: true, count: { default: most, most } },
    )
    const { matches } = await database.asSystem(clinic).search(query)
    return matches.map(({ text }) => buildPatientChoice(JSON.parse(text), false))
  }
}

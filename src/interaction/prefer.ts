/** https://hl7.org/fhir/R4/http.html#ops and #lenient-handling: the client's wishes; unknown ones are passed over. */
export interface Preference {
  readonly answer: 'minimal' | 'representation' | 'OperationOutcome'
  readonly strict: boolean
}

const unspoken: Preference = { answer: 'representation', strict: false }

export function parsePrefer(header: string | undefined): Preference {
  if (header === undefined) return unspoken
  const answer = /(?:^|[,;\s])return="?(minimal|representation|OperationOutcome)"?(?:[,;\s]|$)/.exec(
    header,
  )?.[1]
  return {
    answer: answer === 'minimal' || answer === 'OperationOutcome' ? answer : 'representation',
    strict: /(?:^|[,;\s])handling="?strict"?(?:[,;\s]|$)/.test(header),
  }
}

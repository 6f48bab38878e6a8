/** https://hl7.org/fhir/R4/http.html#ops and #lenient-handling: the client's wishes; unknown ones are passed over. */
export interface Preference {
  readonly answer: 'minimal' | 'representation' | 'OperationOutcome'
  readonly strict: boolean
}

const answers: Readonly<Record<string, Preference['answer']>> = {
  minimal: 'minimal',
  operationoutcome: 'OperationOutcome',
}

const unspoken: Preference = { answer: 'representation', strict: false }

export function parsePrefer(header: string | undefined): Preference {
  if (header === undefined) return unspoken
  // RFC 7240: the names of wishes know no case; their values here are met as kindly.
  const answer = /(?:^|[,;\s])return="?(minimal|representation|operationoutcome)"?(?:[,;\s]|$)/i.exec(
    header,
  )?.[1]
  return {
    answer: answers[answer?.toLowerCase() ?? ''] ?? 'representation',
    strict: /(?:^|[,;\s])handling="?strict"?(?:[,;\s]|$)/i.test(header),
  }
}

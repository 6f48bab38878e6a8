/** Elements of https://hl7.org/fhir/R4/capabilitystatement-definitions.html whose status is trial use. */
const trialUseOfRest = new Set(['security'])
const trialUseOfResource = new Set([
  'supportedProfile',
  'versioning',
  'readHistory',
  'updateCreate',
  'conditionalCreate',
  'conditionalRead',
  'conditionalUpdate',
  'conditionalDelete',
  'referencePolicy',
  'searchInclude',
  'searchRevInclude',
])

type Part = Record<string, unknown>

/** `mode=normative`: the statement without what may still change. */
export function keepNormative(statement: Part): Part {
  const rest = (statement.rest as Part[]).map((server) => ({
    ...without(server, trialUseOfRest),
    resource: (server.resource as Part[]).map((entry) => without(entry, trialUseOfResource)),
  }))
  return { ...statement, rest }
}

function without(part: Part, names: ReadonlySet<string>): Part {
  return Object.fromEntries(Object.entries(part).filter(([name]) => !names.has(name)))
}

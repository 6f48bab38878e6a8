/** Of these types the server has resources of its own, which every clinic may read and none may change. */
export const shippedTypes: ReadonlySet<string> = new Set([
  'StructureDefinition',
  'SearchParameter',
  'OperationDefinition',
  'CompartmentDefinition',
  'ValueSet',
  'CodeSystem',
])

/** What a clinic stores of these types says how its other resources are checked. */
export const definitionTypes: ReadonlySet<string> = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem'])

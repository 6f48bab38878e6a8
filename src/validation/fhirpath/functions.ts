import { iif } from './functions/conditional.ts'
import { existenceFunctions, existenceTruths } from './functions/existence.ts'
import { filteringFunctions } from './functions/filtering.ts'
import type { MakeItems, MakeTruth } from './functions/function.ts'
import { navigationFunctions } from './functions/navigation.ts'
import { functionsOfFhir, truthsOfFhir } from './functions/of-fhir.ts'
import { subsettingFunctions } from './functions/subsetting.ts'
import { textFunctions, textTruths } from './functions/text.ts'

/** https://hl7.org/fhirpath/N1/#functions: those that answer yes or no. */
export const truthFunctions: ReadonlyMap<string, MakeTruth> = new Map([
  ...existenceTruths,
  ...truthsOfFhir,
  ...textTruths,
])

/** Those that answer with values. */
export const functions: ReadonlyMap<string, MakeItems> = new Map<string, MakeItems>([
  ...existenceFunctions,
  ...filteringFunctions,
  ...subsettingFunctions,
  ...navigationFunctions,
  ...functionsOfFhir,
  ...textFunctions,
  ['iif', iif],
  ['trace', (of) => of],
])

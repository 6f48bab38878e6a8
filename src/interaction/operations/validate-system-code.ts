import { normalizeText } from '#fhir/normalize-text.ts'
import type { Coding } from '#fhir/resource.ts'
import type { CodeTable } from '#fhir/terminology/code-table.ts'
import { shorten } from '#fhir/terminology/value-set.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import { loadCodeTable } from './named-code-system.ts'
import { loadOperationDefinition } from './operation-definition.ts'
import { readCodings, tellVerdict, type Verdict } from './validate-code.ts'

/** https://hl7.org/fhir/R4/codesystem-operation-validate-code.html */
export function createValidateSystemCode(): Operation {
  return { definition: loadOperationDefinition('code-system-validate-code'), invoke: validateCode }
}

async function validateCode(call: OperationCall): Promise<FhirResponse> {
  const { parameters } = call
  const codings = readCodings(parameters)
  const system = parameters.get('url')?.[0] as string | undefined
  const version = parameters.get('version')?.[0] as string | undefined
  const table = await loadCodeTable(call, { system, version, expression: 'url' })
  return tellVerdict(codings.map((coding) => judge(coding, table)))
}

function judge({ system, code = '', display }: Coding, table: CodeTable): Verdict {
  const name = shorten(table.name)
  if (system !== undefined && system !== table.url)
    return { result: false, message: `${shorten(system)} is another code system than ${name}.` }
  const entry = table.entry(code)
  if (entry === undefined)
    return { result: false, message: `There is no code "${shorten(code)}" in ${name}.` }
  const proper = entry.display
  const wrong =
    display !== undefined && proper !== undefined && normalizeText(display) !== normalizeText(proper)
  return {
    result: !wrong,
    ...(wrong && { message: `The display of ${shorten(code)} is "${proper}".` }),
    ...(proper !== undefined && { display: proper }),
  }
}

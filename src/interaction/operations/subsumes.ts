import { Refusal } from '#fhir/refusal.ts'
import type { Coding } from '#fhir/resource.ts'
import type { CodeTable } from '#fhir/terminology/code-table.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import { findEntry, loadCodeTable } from './named-code-system.ts'
import { loadOperationDefinition } from './operation-definition.ts'
import { checkCoding } from './validate-code.ts'

/** https://hl7.org/fhir/R4/codesystem-operation-subsumes.html */
export function createSubsumes(): Operation {
  return { definition: loadOperationDefinition('code-system-subsumes'), invoke: subsumes }
}

async function subsumes(call: OperationCall): Promise<FhirResponse> {
  const { parameters } = call
  const [a, b] = [readOne(parameters, 'A'), readOne(parameters, 'B')]
  const system = (parameters.get('system')?.[0] as string | undefined) ?? a.system ?? b.system
  const version = parameters.get('version')?.[0] as string | undefined
  const table = await loadCodeTable(call, { system, version, expression: 'system' })
  for (const [side, coding] of [['codingA', a] as const, ['codingB', b] as const]) {
    if (coding.system === undefined || coding.system === table.url) continue
    throw new Refusal('invalid', 'Both codes must be of this one code system.', { expression: side })
  }
  const outcome = compare(table, a.code, b.code)
  const parameter = [{ name: 'outcome', valueCode: outcome }]
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}

function compare(table: CodeTable, codeA: string, codeB: string): string {
  const a = findEntry(table, codeA, 'codeA')
  const b = findEntry(table, codeB, 'codeB')
  if (a === b) return 'equivalent'
  if (table.below(a).has(b)) return 'subsumes'
  return table.below(b).has(a) ? 'subsumed-by' : 'not-subsumed'
}

function readOne(
  parameters: OperationCall['parameters'],
  side: 'A' | 'B',
): Coding & { readonly code: string } {
  const code = parameters.get(`code${side}`)?.[0] as string | undefined
  const coding = parameters.get(`coding${side}`)?.[0]
  if (code !== undefined && coding === undefined) return { code }
  const sent = coding === undefined || code !== undefined ? {} : checkCoding(coding, `coding${side}`)
  if (sent.code !== undefined) return { ...sent, code: sent.code }
  throw new Refusal('required', `Give "code${side}", or a "coding${side}" with a code.`, {
    expression: [`code${side}`, `coding${side}`],
  })
}

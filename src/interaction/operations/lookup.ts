import { Refusal } from '#fhir/refusal.ts'
import type { Coding } from '#fhir/resource.ts'
import type { CodeEntry } from '#fhir/terminology/code-table.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import { findEntry, loadCodeTable } from './named-code-system.ts'
import { loadOperationDefinition } from './operation-definition.ts'
import { checkCoding } from './validate-code.ts'

/** https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
export function createLookup(): Operation {
  return { definition: loadOperationDefinition('code-system-lookup'), invoke: lookup }
}

async function lookup(call: OperationCall): Promise<FhirResponse> {
  const { system, code, version } = readCoding(call.parameters)
  const table = await loadCodeTable(call, { system, version, expression: 'system' })
  const entry = findEntry(table, code, 'code')
  const wanted = call.parameters.get('property') as readonly string[] | undefined
  const properties = propertiesOf(entry).filter(({ part: [name] }) =>
    wanted === undefined ? true : wanted.includes(name.valueCode),
  )
  const parameter = [
    { name: 'name', valueString: table.name },
    ...(table.version === undefined ? [] : [{ name: 'version', valueString: table.version }]),
    { name: 'display', valueString: entry.display ?? entry.code },
    ...properties,
  ]
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}

interface Property {
  readonly name: 'property'
  readonly part: readonly [{ readonly name: 'code'; readonly valueCode: string }, object]
}

const structural: ReadonlySet<string> = new Set(['parent', 'child', 'subsumedBy'])

function propertiesOf(entry: CodeEntry): readonly Property[] {
  const property = (code: string, value: object): Property => ({
    name: 'property',
    part: [
      { name: 'code', valueCode: code },
      { name: 'value', ...value },
    ],
  })
  return [
    ...(entry.definition === undefined ? [] : [property('definition', { valueString: entry.definition })]),
    property('inactive', { valueBoolean: entry.inactive }),
    ...entry.parents.map(({ code }) => property('parent', { valueCode: code })),
    ...entry.children.map(({ code }) => property('child', { valueCode: code })),
    ...entry.properties
      .filter(({ code }) => !structural.has(code) && code !== 'inactive')
      .map(({ code, ...value }) => property(code, value)),
  ]
}

function readCoding(parameters: OperationCall['parameters']) {
  const coding = parameters.get('coding')?.[0]
  const read = (name: string) => parameters.get(name)?.[0] as string | undefined
  const sent: Coding =
    coding === undefined
      ? Object.fromEntries(['system', 'code', 'version'].map((name) => [name, read(name)]))
      : checkCoding(coding, 'coding')
  const { system, code, version } = sent
  if (system !== undefined && code !== undefined && (coding === undefined || read('code') === undefined))
    return { system, code, version }
  throw new Refusal('required', 'Give "code" and "system", or a "coding" that has both.', {
    expression: ['code', 'system', 'coding'],
  })
}

import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Coding } from '#fhir/resource.ts'
import type { CodeEntry } from '#fhir/terminology/code-table.ts'
import { shorten } from '#fhir/terminology/value-set.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import { loadOperationDefinition } from './operation-definition.ts'
import { checkCoding } from './validate-code.ts'

/** https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
export function createLookup(): Operation {
  return { definition: loadOperationDefinition('code-system-lookup'), invoke: lookup }
}

async function lookup({ principal, store, parameters }: OperationCall): Promise<FhirResponse> {
  checkPermission(principal, 'CodeSystem', 'r')
  const { system, code, version } = readCoding(parameters)
  const canonical = version === undefined ? system : `${system}|${version}`
  const terminology = await store.terminology({ codeSystems: [canonical] })
  const table = terminology.codeTable(canonical)
  if (table === undefined)
    throw new Refusal(
      'not-found',
      `The CodeSystem ${shorten(canonical)} is not held here: store it first, or ask a terminology server.`,
      { expression: 'system' },
    )
  const entry = table.entry(code)
  if (entry === undefined)
    throw new Refusal('not-found', `There is no code "${shorten(code)}" in ${shorten(table.name)}.`, {
      expression: 'code',
    })
  const wanted = parameters.get('property') as readonly string[] | undefined
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

import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { CodeEntry, CodeTable } from '#fhir/terminology/code-table.ts'
import { shorten } from '#fhir/terminology/value-set.ts'
import type { OperationCall } from '../operation.ts'
import { checkThere } from './change-meta.ts'

export interface CodeSystemName {
  readonly system?: string | undefined
  readonly version?: string | undefined
  /** The parameter that names it. */
  readonly expression: string
}

/** The code system that an operation is about: by its id in the address, or by its canonical URL. */
export async function loadCodeTable(call: OperationCall, name: CodeSystemName): Promise<CodeTable> {
  const { request, principal, store } = call
  checkPermission(principal, 'CodeSystem', 'r')
  const { system, version } =
    request.id === undefined ? name : { ...name, ...(await readNames(call, request.id)) }
  const { expression } = name
  if (system === undefined) {
    throw new Refusal('required', `Which CodeSystem? Give its "${expression}", or its id in the address.`, {
      expression,
    })
  }
  const canonical = version === undefined || system.includes('|') ? system : `${system}|${version}`
  const table = (await store.terminology({ codeSystems: [canonical] })).codeTable(canonical)
  if (table !== undefined) return table
  throw new Refusal(
    'not-found',
    `The CodeSystem ${shorten(canonical)} is not held here: store it first, or ask a terminology server.`,
    { expression },
  )
}

async function readNames({ store }: OperationCall, id: string): Promise<Partial<CodeSystemName>> {
  const stored = await store.read('CodeSystem', id)
  checkThere(stored, 'CodeSystem', id)
  const { url, version } = JSON.parse(stored.text) as { url?: string; version?: string }
  return { system: url, version }
}

export function findEntry(table: CodeTable, code: string, expression: string): CodeEntry {
  const entry = table.entry(code)
  if (entry !== undefined) return entry
  throw new Refusal('not-found', `There is no code "${shorten(code)}" in ${shorten(table.name)}.`, {
    expression,
  })
}

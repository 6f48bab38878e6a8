import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { CodeSet } from '#fhir/terminology/code-set.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import { shorten, type ValueSet } from '#fhir/terminology/value-set.ts'
import type { OperationCall } from '../operation.ts'
import { checkThere } from './change-meta.ts'

export interface NamedValueSet {
  readonly valueSet: ValueSet
  /** Holds all that it is composed of. */
  readonly terminology: Terminology
  /** Undefined: cannot be told without listing. */
  codes(): CodeSet | undefined
}

/** The value set that an operation is about: by its id in the address, or by `url` and `valueSetVersion`. */
export async function loadNamedValueSet(call: OperationCall): Promise<NamedValueSet> {
  const { request, principal, store, parameters } = call
  checkPermission(principal, 'ValueSet', 'r')
  if (request.id !== undefined) {
    const stored = await store.read('ValueSet', request.id)
    checkThere(stored, 'ValueSet', request.id)
    const valueSet = JSON.parse(stored.text) as ValueSet
    const terminology = await store.terminology({ inline: valueSet })
    return { valueSet, terminology, codes: () => terminology.codesOf(valueSet) }
  }
  const canonical = readCanonical(parameters)
  const terminology = await store.terminology({ valueSets: [canonical] })
  const valueSet = terminology.valueSet(canonical)
  if (valueSet !== undefined) return { valueSet, terminology, codes: () => terminology.codes(canonical) }
  throw new Refusal(
    'not-found',
    `The ValueSet ${shorten(canonical)} is not held here: store it first, or ask a terminology server.`,
    { expression: 'url' },
  )
}

function readCanonical(parameters: OperationCall['parameters']): string {
  const url = parameters.get('url')?.[0] as string | undefined
  if (url === undefined)
    throw new Refusal('required', 'Which ValueSet? Give its "url", or its id in the address.', {
      expression: 'url',
    })
  const version = parameters.get('valueSetVersion')?.[0] as string | undefined
  return version === undefined || url.includes('|') ? url : `${url}|${version}`
}

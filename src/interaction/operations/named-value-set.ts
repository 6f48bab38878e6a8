import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { CodeSet } from '#fhir/terminology/code-set.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import { shorten, type ValueSet } from '#fhir/terminology/value-set.ts'
import { refuseErrors } from '#validation/refuse-errors.ts'
import type { OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { checkThere } from './change-meta.ts'

export interface NamedValueSet {
  readonly valueSet: ValueSet
  /** Holds all that it is composed of. */
  readonly terminology: Terminology
  /** Undefined: cannot be told without listing. */
  codes(): CodeSet | undefined
}

/** The value set that an operation is about: by its id in the address, sent along, or by `url` and `valueSetVersion`. */
export async function loadNamedValueSet(
  call: OperationCall,
  validator: RoadParts['validator'],
): Promise<NamedValueSet> {
  const { request, principal, store, parameters } = call
  checkPermission(principal, 'ValueSet', 'r')
  const sent = parameters.get('valueSet')?.[0] as Resource | undefined
  if (sent !== undefined) {
    checkAlone(call)
    refuseErrors(await validator.validate(sent, principal.tenant, { type: 'ValueSet' }), sent, 'ValueSet')
    return await listed(call, sent as unknown as ValueSet)
  }
  if (request.id !== undefined) {
    const stored = await store.read('ValueSet', request.id)
    checkThere(stored, 'ValueSet', request.id)
    return await listed(call, JSON.parse(stored.text) as ValueSet)
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

async function listed({ store }: OperationCall, valueSet: ValueSet): Promise<NamedValueSet> {
  const terminology = await store.terminology({ inline: valueSet })
  return { valueSet, terminology, codes: () => terminology.codesOf(valueSet) }
}

function checkAlone({ request, parameters }: OperationCall): void {
  if (request.id === undefined && parameters.get('url') === undefined) return
  throw new Refusal('invalid', 'Which ValueSet? Send one, or name one: not both.', { expression: 'valueSet' })
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

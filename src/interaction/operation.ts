import type { Principal } from '#access/principal.ts'
import type { Store } from '#store/store.ts'
import type { FhirRequest, FhirResponse } from './exchange.ts'
import type { Road } from './walk.ts'

/** An operation is its OperationDefinition and a function; routes and /metadata come from the definition. */
export interface Operation {
  readonly definition: OperationDefinition
  invoke(call: OperationCall): Promise<FhirResponse>
}

/** The parts of the FHIR OperationDefinition resource that the server reads; kept as JSON in fhir-profiles/operations/. */
export interface OperationDefinition {
  readonly resourceType: 'OperationDefinition'
  readonly url: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly code: string
  readonly affectsState?: boolean
  readonly system: boolean
  readonly type: boolean
  readonly instance: boolean
  readonly resource?: readonly string[]
  readonly parameter?: readonly {
    readonly name: string
    readonly use: 'in' | 'out'
    readonly min: number
    readonly max: string
    readonly type?: string
    readonly documentation?: string
  }[]
}

export interface OperationCall {
  readonly request: FhirRequest
  readonly principal: Principal
  readonly store: Store
  /** For what the operation writes: rules hang on the write, not on the endpoint. */
  readonly road: Road
  /** `in` parameters by name, from the query or a Parameters body, checked against the definition. */
  readonly parameters: ReadonlyMap<string, readonly unknown[]>
}

import { checkPermission } from '#access/check-permission.ts'
import type { Permission } from '#access/principal.ts'
import { parseJson } from '#fhir/json.ts'
import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { loadOperationDefinition } from './operation-definition.ts'

type ValidateParts = Pick<RoadParts, 'database' | 'validator'>

/** https://hl7.org/fhir/R4/resource-operation-validate.html */
export function createValidate(parts: ValidateParts): Operation {
  return {
    definition: loadOperationDefinition('validate'),
    invoke: (call) => validate(parts, call),
  }
}

const permissions = { create: 'c', update: 'u', delete: 'd' } as const
type Mode = keyof typeof permissions

/** 200 whenever the question could be answered: the answer is the outcome. */
async function validate(parts: ValidateParts, call: OperationCall): Promise<FhirResponse> {
  const { request, principal, parameters } = call
  const { type = '', id } = request
  const mode = readMode(parameters.get('mode')?.[0], id)
  checkAllowed(call, type, mode)
  const sent = parameters.get('resource')?.[0]
  const stored = id === undefined ? undefined : await loadStored(parts, call, type, id)
  const issues: Issue[] = []
  if (mode === 'delete') {
    if (stored === undefined) issues.push(missing(`${type}/${id} is not there, so it cannot be deleted.`))
  } else {
    const resource = sent ?? readStored(stored, type, id)
    const profiles = (parameters.get('profile') ?? []).filter((one) => typeof one === 'string')
    issues.push(...(await parts.validator.validate(resource, principal.tenant, { type, profiles })))
    if (mode === 'update') issues.push(...checkUpdate(resource, type, id))
  }
  const all: Issue = { severity: 'information', code: 'informational', diagnostics: 'All OK' }
  return { status: 200, body: JSON.stringify(buildOperationOutcome(issues.length === 0 ? [all] : issues)) }
}

function readMode(mode: unknown, id: string | undefined): Mode | undefined {
  if (mode === undefined) return undefined
  if (typeof mode !== 'string' || !(mode in permissions)) {
    throw new Refusal('not-supported', '"mode" must be create, update or delete, or be left out.', {
      expression: 'mode',
    })
  }
  if (mode !== 'create' && id === undefined) {
    throw new Refusal('invalid', `"mode=${mode}" is for an instance: call [type]/[id]/$validate.`, {
      expression: 'mode',
    })
  }
  return mode as Mode
}

/** Who may neither read nor write a type has nothing to ask of it. */
function checkAllowed({ principal }: OperationCall, type: string, mode: Mode | undefined): void {
  const able: Permission[] = mode === undefined ? ['r', 'c', 'u'] : [permissions[mode]]
  if (!able.some((permission) => principal.may(type, permission)))
    checkPermission(principal, type, able[0] as Permission)
}

async function loadStored(
  { database }: ValidateParts,
  { principal, parameters }: OperationCall,
  type: string,
  id: string,
): Promise<StoredVersion | undefined> {
  const needed = parameters.get('resource') === undefined || parameters.get('mode')?.[0] === 'delete'
  if (!needed) return undefined
  checkPermission(principal, type, 'r')
  const stored = await database.openStore(principal.viewerFor('r')).read(type, id)
  return stored?.deleted === true ? undefined : stored
}

function readStored(stored: StoredVersion | undefined, type: string, id: string | undefined): unknown {
  if (stored !== undefined) return parseJson(stored.text)
  if (id !== undefined) throw new Refusal('not-found', `There is no ${type}/${id} to validate.`)
  throw new Refusal(
    'required',
    `Send the ${type} to validate: as the body, or as the parameter "resource".`,
    {
      expression: 'resource',
    },
  )
}

function checkUpdate(resource: unknown, type: string, id: string | undefined): readonly Issue[] {
  if ((resource as Partial<Resource>).id === id) return []
  const diagnostics = `${type}.id must be '${id}', as in the URL.`
  return [{ severity: 'error', code: 'value', diagnostics, expression: [`${type}.id`] }]
}

function missing(diagnostics: string): Issue {
  return { severity: 'error', code: 'not-found', diagnostics }
}

import { Refusal } from '#fhir/refusal.ts'
import type { FhirRequest } from '../exchange.ts'
import type { OperationDefinition } from '../operation.ts'

type Parameter = NonNullable<OperationDefinition['parameter']>[number]

/** They shape the answer, or carry a page, of any operation. */
const common: ReadonlySet<string> = new Set(['_format', '_pretty', '_page'])

/** https://hl7.org/fhir/R4/operations.html#request: from the query, the Parameters body, or both. */
export function parseParameters(
  definition: OperationDefinition,
  request: FhirRequest,
): ReadonlyMap<string, readonly unknown[]> {
  const parameters = (definition.parameter ?? []).filter(({ use }) => use === 'in')
  const values = new Map<string, unknown[]>()
  const add = (parameter: Parameter, value: unknown): void => {
    const list = values.get(parameter.name) ?? []
    list.push(value)
    values.set(parameter.name, list)
  }
  for (const [name, text] of request.query) {
    if (common.has(name)) continue
    const parameter = find(definition, parameters, name, name)
    add(parameter, ownReference(readText(parameter, text), request.base))
  }
  for (const [i, item] of readList(request, parameters).entries()) {
    const expression = `Parameters.parameter[${i}]`
    if (!isObject(item) || typeof item.name !== 'string') {
      throw new Refusal('invalid', 'Each parameter must be an object with a name.', { expression })
    }
    const parameter = find(definition, parameters, item.name, expression)
    add(parameter, ownReference(readValue(parameter, item, expression), request.base))
  }
  for (const parameter of parameters)
    checkCount(definition, parameter, values.get(parameter.name)?.length ?? 0)
  return values
}

function find(
  definition: OperationDefinition,
  parameters: readonly Parameter[],
  name: string,
  expression: string,
): Parameter {
  const found = parameters.find((parameter) => parameter.name === name)
  if (found !== undefined) return found
  const known =
    parameters.length === 0
      ? 'it takes none'
      : `it takes ${parameters.map((parameter) => parameter.name).join(', ')}`
  throw new Refusal(
    'not-supported',
    `$${definition.code} has no parameter "${name.slice(0, 64)}": ${known}.`,
    { expression },
  )
}

function readList({ type, body }: FhirRequest, parameters: readonly Parameter[]): readonly unknown[] {
  if (body === undefined) return []
  const { json } = body
  const whole = parameters.find((parameter) => parameter.type === 'Resource')
  if (whole !== undefined && isObject(json) && isItself(json, whole, type))
    return [{ name: whole.name, resource: json }]
  if (!isObject(json) || json.resourceType !== 'Parameters') {
    throw new Refusal('invalid', 'The body of an operation must be a Parameters resource.', {
      expression: 'Parameters',
    })
  }
  const { parameter = [] } = json
  if (Array.isArray(parameter)) return parameter
  throw new Refusal('invalid', 'Parameters.parameter must be an array.', {
    expression: 'Parameters.parameter',
  })
}

/** "If the operation has one parameter that is a resource, it can be the body": a Parameters too, where that is the type. */
function isItself(json: Record<string, unknown>, { name }: Parameter, type: string | undefined): boolean {
  if (json.resourceType !== 'Parameters') return true
  const { parameter } = json
  return (
    type === 'Parameters' &&
    !(Array.isArray(parameter) && parameter.some((one) => isObject(one) && one.name === name))
  )
}

function readText({ name, type = '' }: Parameter, text: string): unknown {
  if (type === 'integer') {
    if (/^-?\d{1,9}$/.test(text)) return Number(text)
    throw new Refusal('value', `"${name}" must be a whole number.`, { expression: name })
  }
  if (type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true'
    throw new Refusal('value', `"${name}" must be true or false.`, { expression: name })
  }
  if (/^[a-z]/.test(type)) return text
  if (type === 'Reference') return { reference: text }
  throw new Refusal('invalid', `"${name}" is a ${type}: send it in a Parameters body, by POST.`, {
    expression: name,
  })
}

function readValue(
  { name, type = '' }: Parameter,
  item: Record<string, unknown>,
  expression: string,
): unknown {
  const key = `value${type.charAt(0).toUpperCase()}${type.slice(1)}`
  const value =
    item[key] ?? asReference(type, item) ?? (/^[A-Z]/.test(type) ? item.resource : looselyTyped(type, item))
  if (isObject(value) && value === item.resource && type !== 'Resource' && value.resourceType !== type)
    throw new Refusal('invalid', `The parameter "${name}" needs a resource of the type ${type}.`, {
      expression,
    })
  const fits =
    type === 'integer'
      ? Number.isSafeInteger(value)
      : type === 'boolean'
        ? typeof value === 'boolean'
        : /^[a-z]/.test(type)
          ? typeof value === 'string'
          : isObject(value)
  if (fits) return value
  throw new Refusal('invalid', `The parameter "${name}" needs a ${key}.`, { expression })
}

/** "References can be to an absolute URL": whoever asks here for what is here means the same by either. */
function ownReference(value: unknown, base: string): unknown {
  if (!isObject(value) || typeof value.reference !== 'string') return value
  const { reference } = value
  return reference.startsWith(`${base}/`) ? { ...value, reference: reference.slice(base.length + 1) } : value
}

function asReference(type: string, { valueUri, valueString }: Record<string, unknown>): object | undefined {
  const text = valueUri ?? valueString
  return type === 'Reference' && typeof text === 'string' ? { reference: text } : undefined
}

/** Clients write valueString for codes, valueDateTime for dates and valueUri for references, as R4's predecessors did. */
function looselyTyped(type: string, item: Record<string, unknown>): unknown {
  if (type === 'integer' || type === 'boolean') return undefined
  const key = Object.keys(item).find((name) => /^value[A-Z]/.test(name))
  return key === undefined ? undefined : item[key]
}

function checkCount(definition: OperationDefinition, { name, min, max }: Parameter, count: number): void {
  if (count < min)
    throw new Refusal('required', `$${definition.code} needs the parameter "${name}".`, { expression: name })
  if (max !== '*' && count > Number(max)) {
    throw new Refusal(
      'invalid',
      `The parameter "${name}" may be given ${max === '1' ? 'once' : `${max} times`}.`,
      { expression: name },
    )
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

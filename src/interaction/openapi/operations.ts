import type { Definitions } from '#fhir/definitions.ts'
import { isOf } from '../capabilities/resource.ts'
import type { Operation, OperationDefinition } from '../operation.ts'
import { answers, type Endpoint, type PathItem, requestBody } from './parts.ts'
import { pathParameters } from './resource.ts'

/** `$name` at each level and type where its definition has it; GET for those that change nothing. */
export function buildOperationPaths(
  operations: readonly Operation[],
  definitions: Definitions,
): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {}
  for (const { definition } of operations) {
    const { code } = definition
    const add = (path: string, tag: string, name: string) => {
      paths[path] = { ...pathParameters(path), ...buildItem(definition, tag, name) }
    }
    if (definition.system) add(`/$${code}`, 'System', `${nameOf(code)}OfSystem`)
    for (const type of definitions.resourceTypes) {
      if (!isOf(definition, type)) continue
      if (definition.type) add(`/${type}/$${code}`, type, `${nameOf(code)}OfAll${type}`)
      if (definition.instance) add(`/${type}/{id}/$${code}`, type, `${nameOf(code)}Of${type}`)
    }
  }
  return paths
}

function buildItem(definition: OperationDefinition, tag: string, name: string): PathItem {
  const { title, code, parameter = [], affectsState } = definition
  const endpoint = {
    tags: [tag],
    summary: title ?? `$${code}`,
    responses: answers({ 200: answerOf(definition) }),
  }
  const inputs = parameter.filter(({ use, type }) => use === 'in' && /^[a-z]/.test(type ?? ''))
  const required = parameter.some(({ use, min }) => use === 'in' && min > 0)
  const get: Endpoint = {
    ...endpoint,
    operationId: name,
    ...(inputs.length === 0 ? {} : { parameters: inputs.map(buildInput) }),
  }
  const post: Endpoint = {
    ...endpoint,
    operationId: affectsState === false ? `${name}ByPost` : name,
    requestBody: requestBody(required ? 'Parameters' : 'OptionalParameters'),
  }
  return affectsState === false ? { get, post } : { post }
}

function buildInput({
  name,
  min,
  max,
  documentation,
}: NonNullable<OperationDefinition['parameter']>[number]) {
  const text = { type: 'string' }
  return {
    name,
    in: 'query',
    ...(documentation === undefined ? {} : { description: documentation }),
    ...(min > 0 ? { required: true } : {}),
    schema: max === '1' ? text : { type: 'array', items: text },
  }
}

/** https://hl7.org/fhir/R4/operations.html#response: one resource named `return` is the answer itself. */
function answerOf({ parameter = [] }: OperationDefinition): string {
  const [only, ...others] = parameter.filter(({ use }) => use === 'out')
  const { name, type = '' } = only ?? { name: '' }
  const itself = others.length === 0 && name === 'return' && resourceAnswers.has(type)
  return itself ? type : 'Parameters'
}

const resourceAnswers = new Set(['Bundle', 'OperationOutcome', 'ValueSet', 'Parameters'])

/** `meta-add` → `metaAdd`: generators of clients make functions of these. */
function nameOf(code: string): string {
  return code.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

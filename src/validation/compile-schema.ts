import { createRequire } from 'node:module'
import type { Ajv, ErrorObject } from 'ajv'
import type { Issue } from '#fhir/refusal.ts'

/** What is wrong with a value, each fault with its place. */
export type SchemaCheck = (value: unknown) => readonly Issue[]

const require = createRequire(import.meta.url)

/** For JSON that is not FHIR: policies, settings, clients. Read and compiled when first asked: few starts need any of them. */
export function compileSchema(schema: object): SchemaCheck {
  let validate: ReturnType<Ajv['compile']> | undefined
  return (value) => {
    validate ??= new (require('ajv') as typeof import('ajv')).Ajv({
      allErrors: true,
      strict: true,
      allowUnionTypes: true,
    }).compile(schema)
    return validate(value) ? [] : (validate.errors ?? []).map(buildIssue)
  }
}

function buildIssue({ instancePath, message = 'is wrong', params, keyword }: ErrorObject): Issue {
  const place = instancePath
    .slice(1)
    .replaceAll('/', '.')
    .replaceAll(/\.(\d+)/g, '[$1]')
  const named = params as { additionalProperty?: string; allowedValues?: readonly unknown[] }
  const detail =
    named.additionalProperty !== undefined
      ? `: "${named.additionalProperty.slice(0, 64)}"`
      : named.allowedValues !== undefined
        ? `: ${named.allowedValues.join(', ')}`
        : ''
  return {
    severity: 'error',
    code: keyword === 'required' ? 'required' : 'structure',
    diagnostics: `${place === '' ? 'The whole' : place} ${message}${detail}.`,
    ...(place === '' ? {} : { expression: [place] }),
  }
}

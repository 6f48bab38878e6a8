import type { SourceElement, StructureSource } from '../src/fhir/profiles/structure-source.ts'

/** What a server reads of a published profile: no narrative, no mappings, no prose of single elements. */
const kept = [
  'resourceType',
  'id',
  'url',
  'version',
  'name',
  'title',
  'status',
  'date',
  'publisher',
  'copyright',
]
const keptLast = ['fhirVersion', 'kind', 'abstract', 'context', 'type', 'baseDefinition', 'derivation']
const dropped = [
  'short',
  'definition',
  'comment',
  'requirements',
  'alias',
  'mapping',
  'example',
  'condition',
  'base',
  'code',
  'label',
  'extension',
  'meaningWhenMissing',
  'isSummary',
  'representation',
]

export type PublishedProfile = StructureSource & { readonly [element: string]: unknown }

export function reduceProfile(profile: PublishedProfile): Record<string, unknown> {
  return {
    ...pick(profile, kept),
    ...pick(profile, keptLast),
    differential: { element: profile.differential?.element.map(reduceElement) },
  }
}

function reduceElement(element: SourceElement): Record<string, unknown> {
  const { constraint, binding, slicing, type, ...rest } = element
  return {
    ...Object.fromEntries(
      Object.entries(rest).filter(([name]) => !dropped.includes(name) && !name.startsWith('default')),
    ),
    ...(slicing === undefined ? {} : { slicing: pick(slicing, ['discriminator', 'ordered', 'rules']) }),
    ...(type === undefined
      ? {}
      : { type: type.map((one) => pick(one, ['code', 'profile', 'targetProfile'])) }),
    ...(binding === undefined ? {} : { binding: pick(binding, ['strength', 'valueSet']) }),
    ...(constraint === undefined
      ? {}
      : { constraint: constraint.map((one) => pick(one, ['key', 'severity', 'human', 'expression'])) }),
  }
}

function pick(object: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)))
}

/** An element a line, like the other definitions. */
export function profileText({ differential, ...head }: Record<string, unknown>): string {
  const elements = (differential as { element: readonly object[] }).element
  const lines = elements.map((element) => JSON.stringify(element)).join(',\n')
  return `${JSON.stringify(head).slice(0, -1)},"differential":{"element":[\n${lines}\n]}}\n`
}

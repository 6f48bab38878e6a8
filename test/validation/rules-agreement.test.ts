import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { expect, test } from 'vitest'
import { choiceName } from '#fhir/element-tree.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { compileExpression } from '#validation/fhirpath/compile.ts'
import type { Env, Node } from '#validation/fhirpath/compiled.ts'
import { checkedElsewhere, expressionOf, notAsked } from '#validation/rules.ts'
import { FullResources } from '../fhir/full-resource.ts'
import { everyRule } from './every-rule.ts'

const definitions = loadDefinitions()

function envOf(resource: Resource, context: unknown): Env {
  return {
    resource,
    rootResource: resource,
    context,
    spend: () => undefined,
    resolve: () => undefined,
    isMember: () => undefined,
    conforms: () => undefined,
  }
}

/** The nodes at a definition's path, which names a choice element `value[x]`. */
function nodesAt(resource: Resource, path: string): readonly Node[] {
  let nodes: readonly unknown[] = [resource]
  for (const step of path.split('.').slice(1)) {
    const name = step.replace('[x]', '')
    nodes = nodes.flatMap((node) => {
      const one = node as Record<string, unknown>
      const keys =
        step === name
          ? [name]
          : Object.keys(one).filter((key) => key.startsWith(name) && key !== choiceName(name, ''))
      return keys.flatMap((key) => one[key] ?? [])
    })
  }
  return nodes as readonly Node[]
}

/** More find nothing more, and cost seconds. */
const most = 8

/** Elements taken out one after the other, and their texts changed: rules are met and broken. */
function variantsOf(resource: Resource): readonly Resource[] {
  const variants: Resource[] = [resource]
  const walk = (node: unknown, path: readonly (string | number)[]): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      if (key === 'resourceType') continue
      const place = [...path, key]
      variants.push(changed(resource, place, undefined))
      if (typeof child === 'string') variants.push(changed(resource, place, `${child}-other`))
      if (place.length < 5) walk(child, place)
    }
  }
  walk(resource, [])
  return variants.slice(0, most)
}

function changed(resource: Resource, place: readonly (string | number)[], value: unknown): Resource {
  const copy = structuredClone(resource)
  let node = copy as Record<string | number, unknown>
  for (const step of place.slice(0, -1)) node = node[step] as Record<string | number, unknown>
  const last = place.at(-1) as string
  if (value === undefined) delete node[last]
  else node[last] = value
  return copy
}

/** What the library cannot evaluate. */
const beyondIt: ReadonlySet<string> = new Set([
  // resolve() is asynchronous there.
  'ctm-1',
  // Fails on a probability that is a decimal.
  'ras-1',
])

test('rules answer as the fhirpath library answers them, of whole resources and of broken ones', {
  timeout: 120_000,
}, () => {
  const full = new FullResources(definitions)
  const parted: string[] = []
  let asked = 0
  const rules = everyRule(definitions).filter(
    ({ rule, type, resource }) =>
      resource !== undefined &&
      !(rule.key in checkedElsewhere) &&
      !(rule.key in notAsked) &&
      !beyondIt.has(rule.key) &&
      definitions.isResourceType(type),
  )
  for (const [type, list] of Map.groupBy(rules, (one) => one.type)) {
    const variants = variantsOf(full.build(type))
    for (const { rule, path, context, resource } of list) {
      const expression = (expressionOf(rule) ?? '').replace(/\.trace\([^)]*\)/g, '')
      const ours = compileExpression(expression, { definitions, context, resource, foreign: false })
      const theirs = fhirpath.compile({ base: path.replace('[x]', ''), expression }, r4)
      for (const variant of variants) {
        for (const node of nodesAt(variant, path)) {
          asked++
          const own = ours(node, envOf(variant, node)) ?? false
          const [first] = theirs(node, {
            resource: variant,
            rootResource: variant,
            context: node,
          }) as unknown[]
          const other = first !== undefined && first !== false
          if (own !== other) parted.push(`${path} ${rule.key}: ours ${own}, the library's ${other}`)
        }
      }
    }
  }
  expect(asked).toBeGreaterThan(1_000)
  expect(parted).toEqual([])
})

import { isNode } from '../compiled.ts'
import type { MakeItems, Named } from './function.ts'

/** Names of JSON that are no elements of FHIR. */
function childrenOf(node: unknown, out: unknown[]): void {
  if (!isNode(node)) return
  for (const name in node) {
    if (name === 'resourceType') continue
    const value = node[name]
    if (Array.isArray(value)) for (const item of value) item !== null && out.push(item)
    else if (value !== undefined && value !== null) out.push(value)
  }
}

const descendants: MakeItems = (of) => ({
  types: undefined,
  items: (focus, env) => {
    const out: unknown[] = []
    for (const item of of.items(focus, env)) childrenOf(item, out)
    // The list grows while it is walked.
    for (const item of out) childrenOf(item, out)
    env.spend(out.length)
    return out
  },
})

/** https://hl7.org/fhirpath/N1/#tree-navigation. */
export const navigationFunctions: Named<MakeItems> = [
  [
    'children',
    (of) => ({
      types: undefined,
      items: (focus, env) => {
        const out: unknown[] = []
        for (const item of of.items(focus, env)) childrenOf(item, out)
        env.spend(out.length)
        return out
      },
    }),
  ],
  ['descendants', descendants],
]

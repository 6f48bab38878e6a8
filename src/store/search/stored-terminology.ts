import type { Definitions } from '#fhir/definitions.ts'
import { tableOf } from '../columns.ts'
import type { Run } from '../run.ts'
import { layoutOf } from './layout.ts'
import type { Concept, Terminology } from './terminology.ts'

interface ValueSet {
  readonly compose?: { readonly include?: readonly Inclusion[]; readonly exclude?: readonly Inclusion[] }
}

interface Inclusion {
  readonly system?: string
  readonly concept?: readonly { readonly code: string }[]
  readonly filter?: readonly { readonly property: string; readonly op: string; readonly value: string }[]
  readonly valueSet?: readonly string[]
}

interface CodeNode {
  readonly code: string
  readonly concept?: readonly CodeNode[]
}

interface CodeSystem {
  readonly content?: string
  readonly concept?: readonly CodeNode[]
}

/** Value sets naming value sets naming …: deeper than any published one. */
const deepest = 8

/** ValueSets and CodeSystems that the clinic stored as resources: enumerated codes, whole systems, is-a by nesting. */
export function storedTerminology(run: Run, definitions: Definitions, tenant: string): Terminology {
  async function load<Content>(type: string, canonical: string): Promise<Content | undefined> {
    const url = definitions.searchParameter(type, 'url')
    const layout = url === undefined ? undefined : layoutOf(url)
    if (layout?.shape !== 'uri') return undefined
    const [plain = '', version] = canonical.split('|')
    const rows = await run<{ content: Content & { version?: string } }>({
      text: `SELECT text::jsonb AS content FROM ${tableOf(type)} WHERE tenant = $1 AND ${layout.column} = $2 ORDER BY updated DESC, id LIMIT 20`,
      values: [tenant, plain],
    })
    return rows.find(({ content }) => version === undefined || content.version === version)?.content
  }

  async function codesOf(system: string): Promise<readonly CodeNode[] | undefined> {
    const found = await load<CodeSystem>('CodeSystem', system)
    return found?.content === undefined || found.content === 'complete' ? found?.concept : undefined
  }

  async function included(inclusion: Inclusion, depth: number): Promise<readonly Concept[] | undefined> {
    const { system, concept, filter = [], valueSet = [] } = inclusion
    let concepts: readonly Concept[] | undefined
    if (system !== undefined) {
      const codes = concept?.map(({ code }) => code) ?? (await filtered(system, filter))
      if (codes === undefined) return undefined
      concepts = codes.map((code) => ({ system, code }))
    }
    // Several value sets in one include mean what is in all of them.
    for (const canonical of valueSet) {
      const members = await expand(canonical, depth + 1)
      if (members === undefined) return undefined
      const keys = new Set(members.map(keyOf))
      concepts = concepts === undefined ? members : concepts.filter((one) => keys.has(keyOf(one)))
    }
    return concepts
  }

  async function filtered(
    system: string,
    filters: NonNullable<Inclusion['filter']>,
  ): Promise<string[] | undefined> {
    const nodes = await codesOf(system)
    if (nodes === undefined) return undefined
    let codes = flatten(nodes)
    for (const { property, op, value } of filters) {
      if (property !== 'concept' || (op !== 'is-a' && op !== 'descendent-of')) return undefined
      const path = pathTo(nodes, value)
      const under = new Set(flatten(op === 'is-a' ? path.slice(-1) : (path.at(-1)?.concept ?? [])))
      codes = codes.filter((code) => under.has(code))
    }
    return codes
  }

  async function expand(canonical: string, depth: number): Promise<readonly Concept[] | undefined> {
    if (depth > deepest) return undefined
    const compose = (await load<ValueSet>('ValueSet', canonical))?.compose
    if (compose === undefined) return undefined
    const found = new Map<string, Concept>()
    for (const inclusion of compose.include ?? []) {
      const concepts = await included(inclusion, depth)
      if (concepts === undefined) return undefined
      for (const concept of concepts) found.set(keyOf(concept), concept)
    }
    for (const exclusion of compose.exclude ?? []) {
      const concepts = await included(exclusion, depth)
      if (concepts === undefined) return undefined
      for (const concept of concepts) found.delete(keyOf(concept))
    }
    return [...found.values()]
  }

  return {
    expand: (canonical) => expand(canonical, 0),
    async below(system, code) {
      const nodes = await codesOf(system)
      return nodes === undefined ? undefined : [code, ...flatten(pathTo(nodes, code).at(-1)?.concept ?? [])]
    },
    async above(system, code) {
      const nodes = await codesOf(system)
      if (nodes === undefined) return undefined
      const path = pathTo(nodes, code)
      return path.length === 0 ? [code] : path.map((node) => node.code)
    },
  }
}

function keyOf({ system, code }: Concept): string {
  return `${system ?? ''}|${code}`
}

function flatten(nodes: readonly CodeNode[]): string[] {
  return nodes.flatMap((node) => [node.code, ...flatten(node.concept ?? [])])
}

/** From a root down to the code; empty when it is not there. */
function pathTo(nodes: readonly CodeNode[], code: string): readonly CodeNode[] {
  for (const node of nodes) {
    if (node.code === code) return [node]
    const below = pathTo(node.concept ?? [], code)
    if (below.length > 0) return [node, ...below]
  }
  return []
}

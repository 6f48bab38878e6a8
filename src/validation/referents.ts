import { isNode, type Node } from './fhirpath/compiled.ts'

/** Where references lead without leaving the text: contained resources, entries of the bundle around. */
export class Referents {
  readonly #bundle: Node | undefined
  #entries: ReadonlyMap<string, Node> | undefined

  constructor(resource: Node) {
    this.#bundle = resource.resourceType === 'Bundle' ? resource : undefined
  }

  find(reference: unknown, root: Node): Node | undefined {
    const text = isNode(reference) ? reference.reference : reference
    if (typeof text !== 'string') return undefined
    if (text.startsWith('#')) return text === '#' ? root : containedIn(root, text.slice(1))
    if (this.#bundle === undefined) return undefined
    this.#entries ??= indexEntries(this.#bundle)
    const version = text.indexOf('/_history/')
    return this.#entries.get(text) ?? (version === -1 ? undefined : this.#entries.get(text.slice(0, version)))
  }
}

export function containedIn(root: Node, id: string): Node | undefined {
  const { contained } = root
  if (!Array.isArray(contained)) return undefined
  return (contained as unknown[]).find((one): one is Node => isNode(one) && one.id === id)
}

function indexEntries({ entry }: Node): ReadonlyMap<string, Node> {
  const entries = new Map<string, Node>()
  if (!Array.isArray(entry)) return entries
  for (const one of entry as unknown[]) {
    if (!isNode(one) || !isNode(one.resource)) continue
    const { fullUrl, resource } = one
    const { resourceType, id } = resource
    if (typeof fullUrl === 'string') entries.set(fullUrl, resource)
    if (typeof resourceType === 'string' && typeof id === 'string')
      entries.set(`${resourceType}/${id}`, resource)
  }
  return entries
}

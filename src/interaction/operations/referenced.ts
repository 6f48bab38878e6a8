import { parseReference } from '#fhir/references.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { Reads } from '#store/store.ts'
import type { EverythingScope } from './everything-scope.ts'

/** One round trip a page, bounded; what one document may name beyond it stays to be read by its reference. */
const most = 1000

/** What the resources refer to outside of any patient's record, as far as the caller may see it. */
export async function readReferenced(
  store: Reads,
  resources: readonly StoredVersion[],
  scope: EverythingScope,
  base: string,
): Promise<readonly StoredVersion[]> {
  const keys = new Map<string, { type: string; id: string }>()
  for (const { text } of resources) {
    collect(JSON.parse(text), (reference) => {
      const parsed = parseReference(reference, [base])
      if (parsed.kind !== 'local' || keys.size >= most || !scope.includes(parsed.type)) return
      keys.set(`${parsed.type}/${parsed.id}`, { type: parsed.type, id: parsed.id })
    })
  }
  if (keys.size === 0) return []
  const found = new Map(
    (await store.readMany([...keys.values()])).map((one) => [`${one.type}/${one.id}`, one]),
  )
  // In the order they are named, so that the same question has the same answer.
  return [...keys.keys()].flatMap((key) => found.get(key) ?? []).filter(({ deleted }) => !deleted)
}

function collect(value: unknown, meet: (reference: string) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    if (key === 'reference' && typeof part === 'string') meet(part)
    else collect(part, meet)
  }
}

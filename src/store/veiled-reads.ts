import type { StoredVersion } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { Reads } from './store.ts'

/** Whatever road a text takes, a viewer from whom elements are hidden gets it without them. */
export function veiledReads(reads: Reads, viewer: Viewer): Reads {
  if (!isVeiled(viewer)) return reads
  const show = showTo(viewer)
  const showOne = (stored: StoredVersion | undefined) => (stored === undefined ? undefined : show(stored))
  return {
    ...reads,
    read: async (type, id) => showOne(await reads.read(type, id)),
    readMany: async (keys) => (await reads.readMany(keys)).map(show),
    vread: async (type, id, version) => showOne(await reads.vread(type, id, version)),
    history: async (query) => {
      const page = await reads.history(query)
      return { ...page, versions: page.versions.map(show) }
    },
    search: async (query) => {
      const page = await reads.search(query)
      return { ...page, matches: page.matches.map(show), included: page.included.map(show) }
    },
  }
}

/** A version as the viewer is shown it. */
export function showTo(viewer: Viewer): (stored: StoredVersion) => StoredVersion {
  if (!isVeiled(viewer)) return asItIs
  return (stored) => {
    const text = viewer.veil?.(stored.type)?.show(stored.text) ?? stored.text
    return text === stored.text ? stored : { ...stored, text, whole: stored.text }
  }
}

const asItIs = (stored: StoredVersion) => stored

function isVeiled({ veil, whole }: Viewer): boolean {
  return veil !== undefined && whole !== true
}

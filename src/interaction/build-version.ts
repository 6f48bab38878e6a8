import type { Meta, Resource } from '#fhir/resource.ts'

/**
 * The resource as it will be stored and answered: what the client sent, in the order sent, with the server's id and
 * version. `resourceType`, `id` and `meta` take FHIR's places only when the client left them out.
 */
export function buildVersion(sent: Resource, id: string, version: number, updated: Date): Resource {
  const meta = buildMeta(sent.meta, version, updated)
  const built: Resource = { resourceType: sent.resourceType }
  if (sent.id === undefined) built.id = id
  if (sent.meta === undefined) {
    built.id = id
    built.meta = meta
  }
  for (const name in sent) built[name] = sent[name]
  built.id = id
  built.meta = meta
  return built
}

function buildMeta(sent: Meta | undefined, version: number, updated: Date): Meta {
  const meta: Meta = { versionId: String(version), lastUpdated: updated.toISOString() }
  for (const name in sent) if (name !== 'versionId' && name !== 'lastUpdated') meta[name] = sent[name]
  return meta
}

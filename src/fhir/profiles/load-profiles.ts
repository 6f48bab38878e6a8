import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Definitions } from '../definitions.ts'
import { createProfiles, type ProfileSources, type Profiles } from './create-profiles.ts'
import { byUrl, type StructureSource } from './structure-source.ts'

const besideSources = join(import.meta.dirname, '../../../fhir-profiles')
const published = 'http://hl7.org/fhir/StructureDefinition/'

/** A shipped StructureDefinition as it lies on disk. */
export type ShippedProfile = StructureSource & {
  readonly resourceType: 'StructureDefinition'
  readonly id: string
}

/**
 * `r4/profiles/` holds R4's own profiles and extensions, a file a name; `structure-definitions/`, and what lies in its
 * folders, the server's. Nothing is read before it is asked for.
 */
export function loadProfiles(
  definitions: Definitions,
  directories: readonly string[] = [besideSources],
  faultOfExpression?: (expression: string) => string | undefined,
): Profiles {
  return createProfiles({
    definitions,
    sources: new ShippedSources(directories),
    ...(faultOfExpression === undefined ? {} : { faultOfExpression }),
  })
}

/** All of them, for whoever shows what the server knows. */
export function* listProfiles(directories: readonly string[] = [besideSources]): Iterable<ShippedProfile> {
  for (const directory of directories) {
    const folder = join(directory, 'r4/profiles')
    if (existsSync(folder))
      for (const file of readdirSync(folder).sort()) yield readProfile(join(folder, file))
    yield* readOwn(directory)
  }
}

class ShippedSources implements ProfileSources {
  readonly #directories: readonly string[]
  readonly #published = new Map<string, StructureSource>()
  /** Newest first. */
  #own: ReadonlyMap<string, readonly StructureSource[]> | undefined

  constructor(directories: readonly string[]) {
    this.#directories = directories
  }

  source(url: string, version: string | undefined): StructureSource | undefined {
    const candidates = this.#readOwn().get(url) ?? this.#readPublished(url)
    return version === undefined ? candidates[0] : candidates.find((source) => source.version === version)
  }

  versions(url: string): readonly string[] {
    return (
      this.#readOwn()
        .get(url)
        ?.flatMap(({ version }) => version ?? []) ?? []
    )
  }

  #readOwn(): ReadonlyMap<string, readonly StructureSource[]> {
    this.#own ??= byUrl(this.#directories.flatMap((directory) => [...readOwn(directory)]))
    return this.#own
  }

  #readPublished(url: string): readonly StructureSource[] {
    const known = this.#published.get(url)
    if (known !== undefined) return [known]
    const name = url.startsWith(published) ? url.slice(published.length) : ''
    // Names come from requests too: nothing but a name may become a path.
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/.test(name)) return []
    const file = this.#directories
      .map((directory) => join(directory, 'r4/profiles', `${name}.json`))
      .find((path) => existsSync(path))
    if (file === undefined) return []
    const source = readProfile(file)
    // A disk that ignores case finds files that were not meant.
    if (source.url !== url) return []
    this.#published.set(url, source)
    return [source]
  }
}

function* readOwn(directory: string): Iterable<ShippedProfile> {
  const files = globSync('structure-definitions/**/*.json', { cwd: directory }).sort()
  for (const file of files) {
    const profile = readProfile(join(directory, file))
    if (profile.derivation === 'constraint') yield profile
  }
}

function readProfile(file: string): ShippedProfile {
  return JSON.parse(readFileSync(file, 'utf8')) as ShippedProfile
}

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeSystem } from './code-system.ts'
import { CodeTable } from './code-table.ts'
import { fileNameOf } from './file-name.ts'
import { Terminology } from './terminology.ts'
import { splitCanonical, type ValueSet } from './value-set.ts'

const besideSources = join(import.meta.dirname, '../../../fhir-profiles')

/**
 * `r4/value-sets` and `r4/code-systems` hold what R4's elements are bound to, a file each, found by its name and read
 * when first asked for. `value-sets` and `code-systems` beside `r4`, and in `more`, hold our own as they are.
 */
export function loadTerminology(
  directory: string = besideSources,
  more: readonly string[] = [],
): Terminology {
  const folders = [directory, ...more]
  const valueSets = new Shelf<ValueSet>('value-sets', folders)
  const codeSystems = new Shelf<CodeSystem>('code-systems', folders)
  const tables = new Map<string, CodeTable>()
  return new Terminology({
    valueSet: (canonical) => valueSets.find(canonical),
    codeTable: (canonical) => {
      const known = tables.get(canonical)
      if (known !== undefined) return known
      const found = codeSystems.find(canonical)
      if (found === undefined) return undefined
      const table = new CodeTable(found)
      tables.set(canonical, table)
      return table
    },
  })
}

class Shelf<Resource extends { readonly url?: string; readonly version?: string }> {
  readonly #published: string
  readonly #folders: readonly string[]
  #own: ReadonlyMap<string, Resource> | undefined

  constructor(name: string, directories: readonly string[]) {
    this.#published = join(directories[0] ?? '', 'r4', name)
    this.#folders = directories.map((directory) => join(directory, name))
  }

  find(canonical: string): Resource | undefined {
    const [url, version] = splitCanonical(canonical)
    const found = this.#read(url) ?? this.#ownOnes().get(url)
    return version === undefined || found?.version === version ? found : undefined
  }

  #read(url: string): Resource | undefined {
    const file = join(this.#published, fileNameOf(url))
    if (file.length > longestPath || !existsSync(file)) return undefined
    const resource = JSON.parse(readFileSync(file, 'utf8')) as Resource
    return resource.url === url ? resource : undefined
  }

  #ownOnes(): ReadonlyMap<string, Resource> {
    this.#own ??= new Map(this.#folders.flatMap(readFolder<Resource>).map((one) => [one.url ?? '', one]))
    return this.#own
  }
}

const longestPath = 1_000

export function readFolder<Resource>(folder: string): readonly Resource[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Resource)
}

/** For whoever tells what is here: reads them all. */
export function listCodeSystems(
  directory: string = besideSources,
): readonly { readonly url: string; readonly version?: string }[] {
  const folders = [join(directory, 'r4/code-systems'), join(directory, 'code-systems')]
  return folders
    .flatMap((folder) => readFolder<CodeSystem>(folder))
    .flatMap(({ url, version }) =>
      url === undefined ? [] : [{ url, ...(version !== undefined && { version }) }],
    )
}

import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Definitions } from '#fhir/definitions.ts'
import { buildBundles } from './bundles.ts'
import type { Case } from './case.ts'
import { mutate } from './mutate.ts'

const root = join(import.meta.dirname, '../..')
/** Lies beside a checkout where it is there at all; it is not the project's to carry. */
export const publishedFolder = join(root, '../shared/data/r4-examples')
export const ownFolder = join(root, 'fhir-profiles/examples')

export function readExamples(folder: string, prefix: string): readonly Case[] {
  if (!existsSync(folder)) return []
  return globSync('**/*.json', { cwd: folder })
    .sort()
    .map((file) => ({
      name: `${prefix}/${basename(file, '.json')}`,
      text: readFileSync(join(folder, file), 'utf8'),
    }))
}

export interface CorpusOptions {
  readonly definitions: Definitions
  readonly seed: string
}

function readUsCore(): readonly Case[] {
  const { entry } = JSON.parse(readFileSync(join(ownFolder, 'us-core-clinic.json'), 'utf8')) as {
    entry: { resource: { id: string } }[]
  }
  return entry.map(({ resource }) => ({
    name: `us-core/${resource.id}`,
    text: JSON.stringify(resource),
  }))
}

/** As they were made, to be used as they are. */
export function readOriginals(): readonly Case[] {
  return [
    ...readExamples(publishedFolder, 'r4'),
    ...readExamples(join(ownFolder, 'valid'), 'own'),
    ...readUsCore(),
    ...buildBundles(),
    ...readExamples(join(ownFolder, 'invalid'), 'invalid'),
  ]
}

/** The judge takes seconds for a resource of a hundred kilobytes, and a change in it says no more. */
const mostToChange = 20_000

export function buildMutants(originals: readonly Case[], options: CorpusOptions): readonly Case[] {
  const { definitions, seed } = options
  return originals
    .filter(({ text }) => text.length < mostToChange)
    .flatMap((one) => mutate(one, { definitions, seed, each: one.name.startsWith('own/') ? 2 : 1 }))
}

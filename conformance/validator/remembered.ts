import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, Verdict } from './case.ts'

const folder = join(import.meta.dirname, 'work')
const file = join(folder, 'verdicts.ndjson')

/** The judge's verdicts of earlier runs: what has not changed is not asked again, for it takes minutes. */
export class Remembered {
  readonly #verdicts = new Map<string, string>()
  readonly #judge: string
  readonly #definitions: readonly Definition[]

  constructor(judgeSource: string, folders: readonly string[]) {
    this.#judge = hashFiles([judgeSource], '*.java')
    this.#definitions = readDefinitions(folders)
    if (!existsSync(file)) return
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const tab = line.indexOf('\t')
      if (tab > 0) this.#verdicts.set(line.slice(0, tab), line.slice(tab + 1))
    }
  }

  find({ name, text }: Case): Verdict | undefined {
    const known = this.#verdicts.get(this.#key(text))
    return known === undefined ? undefined : { name, issues: JSON.parse(known) as Verdict['issues'] }
  }

  keep(cases: readonly Case[], verdicts: readonly Verdict[]): void {
    cases.forEach(({ text }, index) => {
      this.#verdicts.set(this.#key(text), JSON.stringify(verdicts[index]?.issues ?? []))
    })
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, [...this.#verdicts].map(([key, issues]) => `${key}\t${issues}\n`).join(''))
  }

  /** Our own definitions can matter only to a resource that names them, and those that these name in turn. */
  #key(text: string): string {
    const named = new Set<Definition>()
    const read = [text]
    for (let next = read.pop(); next !== undefined; next = read.pop()) {
      for (const definition of this.#definitions) {
        if (named.has(definition) || !next.includes(`"${definition.url}`)) continue
        named.add(definition)
        read.push(definition.text)
      }
    }
    return hash(
      `${this.#judge}${[...named]
        .map((one) => one.text)
        .sort()
        .join('\n')}${text}`,
    )
  }
}

interface Definition {
  readonly url: string
  readonly text: string
}

/** A resource or a Bundle of them a file. */
function readDefinitions(folders: readonly string[]): readonly Definition[] {
  return folders
    .flatMap((folder) => globSync('**/*.json', { cwd: folder }).map((name) => join(folder, name)))
    .map((name) => readFileSync(name, 'utf8'))
    .flatMap((text) => {
      const { url, entry = [] } = JSON.parse(text) as {
        url?: string
        entry?: { resource: { url: string } }[]
      }
      return [url ?? [], ...entry.map(({ resource }) => resource.url)]
        .flat()
        .map((one) => ({ url: one, text }))
    })
}

function hashFiles(folders: readonly string[], pattern: string): string {
  const files = folders.flatMap((folder) =>
    globSync(pattern, { cwd: folder }).map((file) => join(folder, file)),
  )
  return hash(
    files
      .sort()
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n'),
  )
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 24)
}

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
  readonly #definitions: string

  constructor(judgeSource: string, folders: readonly string[]) {
    this.#judge = hashFiles([judgeSource], '*.java')
    this.#definitions = hashFiles(folders, '**/*.json')
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

  /** Our own definitions can matter only to a resource that names one, or a code of one. */
  #key(text: string): string {
    const named = text.includes('/StructureDefinition/') || text.includes('almanac.example')
    return hash(`${this.#judge}${named ? this.#definitions : ''}${text}`)
  }
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

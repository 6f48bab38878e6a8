import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Case, Verdict } from './case.ts'
import { Remembered } from './remembered.ts'

const here = import.meta.dirname
const source = join(here, 'src/main/java/almanac')
const classPath = join(here, 'target/class-path')

/** Compiles the judge when its source is newer than what was compiled; Maven brings the libraries. */
function buildJudge(): void {
  if (existsSync(classPath) && statSync(classPath).mtimeMs > newest(source)) return
  const { status } = spawnSync('mvn', ['-q', '-B', 'process-classes'], { cwd: here, stdio: ['ignore', 2, 2] })
  if (status !== 0)
    throw new Error('Maven could not build the judge: it needs Java 17, Maven and the network.')
}

function newest(folder: string): number {
  return Math.max(...readdirSync(folder).map((file) => statSync(join(folder, file)).mtimeMs))
}

export interface JudgeOptions {
  /** Folders with definitions of our own. */
  readonly folders: readonly string[]
  readonly threads?: number
}

/** One verdict a case, in their order. */
export async function askJudge(cases: readonly Case[], options: JudgeOptions): Promise<readonly Verdict[]> {
  const remembered = new Remembered(source, options.folders)
  const unknown = cases.filter((one) => remembered.find(one) === undefined)
  if (unknown.length > 0) {
    buildJudge()
    remembered.keep(unknown, await runJudge(unknown, options))
  }
  return cases.map((one) => remembered.find(one) as Verdict)
}

/** One process for all cases: starting it and reading R4 takes longer than a thousand resources. */
async function runJudge(cases: readonly Case[], options: JudgeOptions): Promise<readonly Verdict[]> {
  const threads = options.threads ?? Math.min(2, availableParallelism())
  const libraries = `${join(here, 'target/classes')}:${readFileSync(classPath, 'utf8').trim()}`
  const args = ['-Xmx3g', '-cp', libraries, 'almanac.Judge', '--threads', String(threads), ...options.folders]
  const judge = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    judge.once('error', reject)
    judge.once('close', resolve)
  })
  judge.stdin.end(cases.map(({ name, text }) => `${JSON.stringify({ name, text })}\n`).join(''))
  const verdicts: Verdict[] = []
  for await (const line of createInterface({ input: judge.stdout }))
    verdicts.push(JSON.parse(line) as Verdict)
  const status = await ended
  if (status !== 0 || verdicts.length !== cases.length) {
    throw new Error(`The judge stopped after ${verdicts.length} of ${cases.length} resources (${status}).`)
  }
  return verdicts
}

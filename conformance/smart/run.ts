import { type Course, type Discovery, Failed, Skipped, type Subject } from './check.ts'
import { checks } from './checks.ts'

export interface Outcome {
  readonly ids: string
  readonly group: string
  readonly sentence: string
  readonly result: 'passed' | 'failed' | 'skipped'
  readonly reason?: string
}

export async function runChecks(subject: Subject): Promise<readonly Outcome[]> {
  const course: Course = { subject, discovery: {} as Discovery, tokens: {} }
  const outcomes: Outcome[] = []
  for (const { ids, group, sentence, run } of checks) {
    outcomes.push({ ids, group, sentence, ...(await attempt(() => run(course))) })
  }
  return outcomes
}

async function attempt(run: () => Promise<void>): Promise<Pick<Outcome, 'result' | 'reason'>> {
  try {
    await run()
    return { result: 'passed' }
  } catch (error) {
    if (error instanceof Skipped) return { result: 'skipped', reason: error.message }
    const reason = error instanceof Failed ? error.message : `broke off: ${(error as Error).message}`
    return { result: 'failed', reason }
  }
}

export function buildTable(outcomes: readonly Outcome[]): string {
  const marks = { passed: 'ok  ', failed: 'FAIL', skipped: '-   ' }
  const lines = outcomes.map(({ ids, group, sentence, result, reason }) =>
    [
      marks[result],
      group.padEnd(14),
      sentence,
      `(${ids})`,
      ...(reason === undefined ? [] : [`: ${reason}`]),
    ].join(' '),
  )
  const count = (result: Outcome['result']) => outcomes.filter((outcome) => outcome.result === result).length
  return `${lines.join('\n')}\n\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} not checked\n`
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Comparison } from './compare.ts'

export const recordedFile = join(import.meta.dirname, 'recorded/verdicts.ndjson')

/** What a test without Java holds us to. */
export interface RecordedCase {
  readonly name: string
  readonly text: string
  /** Message ids of the judge's errors; none: it accepted. */
  readonly errors: readonly string[]
}

const mostBytes = 4_000
const mostCases = 600

/** Cases of our own making on whose verdict both agree, spread over kinds of change and types. */
export function recordSample(comparisons: readonly Comparison[]): void {
  const chosen = comparisons.flatMap((one): readonly RecordedCase[] => {
    const { name, text } = one.case
    // R4's published examples are read where they lie; the project carries only what it made.
    if (name.startsWith('r4/') || text.length > mostBytes || !one.outcome.startsWith('both')) return []
    const errors = one.judges.map(({ id }) => id)
    return [{ name, text: JSON.stringify(JSON.parse(text)), errors: [...new Set(errors)].slice(0, 3) }]
  })
  const step = Math.max(1, chosen.length / mostCases)
  const spread = chosen.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
  writeFileSync(recordedFile, spread.map((one) => `${JSON.stringify(one)}\n`).join(''))
}

import { cpus, loadavg, release, totalmem, type } from 'node:os'
import type { Measured } from './load.ts'
import type { Scenario } from './scenarios.ts'

export interface Row {
  readonly scenario: Scenario
  readonly almanac: Measured
  readonly limit?: Measured
}

export interface Figures {
  readonly machine: string
  readonly versions: string
  readonly loaded: string
  readonly rows: readonly Row[]
  readonly memory: number
  readonly firstStart: number
  readonly warmStart: number
}

export function describeMachine(): string {
  const [first] = cpus()
  return `${cpus().length} × ${first?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, load average before ${loadavg()[0]?.toFixed(1)}`
}

/** The round in the middle by requests a second; its latencies belong to it. */
export function median(rounds: readonly Measured[]): Measured {
  const sorted = rounds.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('There were no rounds.')
  return middle
}

export const ratioOf = ({ almanac, limit }: Row): number | undefined =>
  limit === undefined ? undefined : almanac.perSecond / limit.perSecond

/** Aims in resources a second were set on a machine where the limit creates so many Patients a second. */
const limitOfTheAims = 5_400

export function printTable(figures: Figures): string {
  const head = ['scenario', 'requests/s', 'p50 ms', 'p99 ms', 'limit requests/s', 'ratio', 'aim']
  const createLimit = figures.rows.find(({ scenario }) => scenario.name === 'create')?.limit?.perSecond
  const lines = figures.rows.flatMap((row) => {
    const { scenario, almanac, limit } = row
    const perSecond = almanac.perSecond * (scenario.resources ?? 1)
    const line = [
      scenario.title,
      `${Math.round(perSecond)}${scenario.resources === undefined ? '' : ' resources/s'}`,
      almanac.p50.toFixed(1),
      almanac.p99.toFixed(1),
      limit === undefined ? '' : String(Math.round(limit.perSecond)),
      ratioOf(row)?.toFixed(2) ?? '',
      scenario.aim === undefined
        ? scenario.perSecond === undefined
          ? ''
          : `≥ ${scenario.perSecond}/s`
        : `≥ ${scenario.aim.toFixed(2)}`,
    ]
    if (scenario.perSecond === undefined || createLimit === undefined) return [line]
    const scaled = Math.round((perSecond * limitOfTheAims) / createLimit)
    return [
      line,
      [
        `— scaled by the create limit, ${limitOfTheAims} / ${Math.round(createLimit)}`,
        `${scaled} resources/s`,
        ...['', '', '', '', `≥ ${scenario.perSecond}/s`],
      ],
    ]
  })
  const others = [
    ['server memory after the run', `${Math.round(figures.memory / 2 ** 20)} MB`, '', '', '', '', '≤ 250 MB'],
    ['warm start to first answer', `${Math.round(figures.warmStart)} ms`, '', '', '', '', '≤ 1500 ms'],
    ['first start to first answer', `${Math.round(figures.firstStart)} ms`, '', '', '', '', '≤ 6000 ms'],
  ]
  return [
    `${figures.machine}; ${figures.versions}; ${figures.loaded}`,
    '',
    markdown([head, ...lines, ...others]),
    '',
  ].join('\n')
}

export function markdown(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...rest] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n')
}

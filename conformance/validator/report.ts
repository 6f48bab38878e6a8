import { agreement, type Comparison, type Explanation, letThrough, type Outcome } from './compare.ts'

const outcomes: readonly Outcome[] = ['both accept', 'both refuse', 'only we refuse', 'only it refuses']

const origins: readonly (readonly [title: string, belongs: (one: Comparison) => boolean])[] = [
  ['Published examples of R4', ({ case: { name, mutation } }) => !mutation && name.startsWith('r4/')],
  ['Our valid examples', ({ case: { name, mutation } }) => !mutation && name.startsWith('own/')],
  ['Our invalid examples', ({ case: { name, mutation } }) => !mutation && name.startsWith('invalid/')],
  ['Resources for US Core', ({ case: { name, mutation } }) => !mutation && name.startsWith('us-core/')],
  ['Bundles', ({ case: { name, mutation } }) => !mutation && name.startsWith('bundle/')],
  ['Mutants of published examples', ({ case: { name, mutation } }) => !!mutation && name.startsWith('r4/')],
  ['Mutants of our examples', ({ case: { name, mutation } }) => !!mutation && name.startsWith('own/')],
  [
    'Mutants of those for US Core',
    ({ case: { name, mutation } }) => !!mutation && name.startsWith('us-core/'),
  ],
  ['Mutants of Bundles', ({ case: { name, mutation } }) => !!mutation && name.startsWith('bundle/')],
]

/** The tables alone, for the terminal as for the page. */
export function buildTables(comparisons: readonly Comparison[]): string {
  const rows = origins.flatMap(([title, belongs]) => {
    const those = comparisons.filter(belongs)
    return those.length === 0 ? [] : [row(title, those)]
  })
  return table(
    ['', 'cases', ...outcomes, 'same verdict', 'same or explained'],
    [...rows, row('**All**', comparisons)],
  )
}

function row(title: string, those: readonly Comparison[]): readonly string[] {
  const counts = outcomes.map((one) => String(those.filter(({ outcome }) => outcome === one).length))
  return [
    title,
    String(those.length),
    ...counts,
    percent(agreement(those, false)),
    percent(agreement(those, true)),
  ]
}

export function percent(share: number): string {
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`
}

export interface ReportOptions {
  readonly explanations: readonly Explanation[]
  readonly judge: string
  readonly seed: string
}

export function buildReport(comparisons: readonly Comparison[], options: ReportOptions): string {
  const { explanations, judge, seed } = options
  const open = comparisons.filter(
    ({ outcome, explainedBy }) => !outcome.startsWith('both') && explainedBy === undefined,
  )
  const broken = comparisons.filter(({ case: { mutation } }) => mutation?.breaksStructure)
  const through = letThrough(comparisons)
  return `# Agreement with the official validator

Written by \`npm run conformance:validator -- --report\`; do not edit. The judge is HL7's Java validator (${judge}); both were asked about the
same resources, made with the seed \`${seed}\`. A verdict is refusal when there is at least one issue of severity error.
How it is done: [conformance/validator](../conformance/validator/README.md).

## Verdicts

${buildTables(comparisons)}

Mutants that are no JSON of their type any more: ${broken.length}; let through by us: ${through.length}.

## By kind of change

${kindTable(comparisons)}

The mean over the ${kinds(comparisons).size} kinds, each counting as much as any other: ${percent(meanOfKinds(comparisons))} the same verdict.

## Differences that are meant

${explainedTable(comparisons, explanations)}

Most of what is left are texts of R4 that the judge does not hold anybody to (blanks for codes, empty arrays, narrative that is no XML):
what has no form in R4, or none in XML, is not let in for the sake of a figure. No kind of change is left out because both part over it.

## The definitions of R4's types

\`node conformance/validator/definitions.ts\` asks both about the 209 StructureDefinitions of types as this server shows them: we find
nothing wrong with any; the judge has 16 complaints, of what HL7 published so (eleven times SimpleQuantity as a profile of Quantity, twice a
binding to a code system in ExplanationOfBenefit, \`xhtml.extension\` without a type, a rule of ChargeItemDefinition, a target of
EvidenceVariable).

## Published examples that both refuse

${refusedByBoth(comparisons)}

## Differences to be mended

${open.length === 0 ? 'None.' : open.map(tellDifference).join('\n')}
`
}

/** They break R4's own definitions: accepting them would let the same fault of anybody in. */
function refusedByBoth(comparisons: readonly Comparison[]): string {
  const those = comparisons.filter(
    ({ case: { name, mutation }, outcome }) =>
      mutation === undefined && name.startsWith('r4/') && outcome === 'both refuse',
  )
  const rows = those.map(({ case: { name }, ours }) => [name, String(ours.length), ours[0]?.message ?? ''])
  return rows.length === 0
    ? 'None.'
    : `${table(['example', 'errors', 'the first'], rows)}

These break R4's own definitions (a Questionnaire without its linkIds, a code system with one code twice). They stay refused: what
is wrong does not become right by being published, and accepting it here would let the same fault in from anybody.`
}

function kinds(comparisons: readonly Comparison[]): ReadonlyMap<string, readonly Comparison[]> {
  const mutants = comparisons.filter(({ case: { mutation } }) => mutation !== undefined)
  return Map.groupBy(mutants, ({ case: { mutation } }) => mutation?.kind ?? '')
}

function meanOfKinds(comparisons: readonly Comparison[]): number {
  const shares = [...kinds(comparisons).values()].map((those) => agreement(those, false))
  return shares.length === 0 ? 1 : shares.reduce((sum, one) => sum + one) / shares.length
}

function kindTable(comparisons: readonly Comparison[]): string {
  const sorted = [...kinds(comparisons)].sort(([a], [b]) => (a < b ? -1 : 1))
  const rows = sorted.map(([kind, those]) => row(kind, those))
  return table(['', 'cases', ...outcomes, 'same verdict', 'same or explained'], rows)
}

function explainedTable(comparisons: readonly Comparison[], explanations: readonly Explanation[]): string {
  const rows = explanations.flatMap(({ name, refuses, reason }) => {
    const count = comparisons.filter(({ explainedBy }) => explainedBy?.includes(name)).length
    return count === 0 ? [] : [[refuses === 'judge' ? 'it' : 'we', String(count), reason]]
  })
  return rows.length === 0 ? 'None.' : table(['refuses', 'cases', 'why'], rows)
}

export function tellDifference({ case: { name }, outcome, ours, judges }: Comparison): string {
  const findings = (outcome === 'only we refuse' ? ours : judges).slice(0, 3)
  const told = findings.map(({ id, location, message }) => `${id} ${location}: ${message.slice(0, 200)}`)
  return `- ${outcome}: \`${name}\`\n${told.map((one) => `  - ${one.replace(/\s+/g, ' ')}`).join('\n')}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
}

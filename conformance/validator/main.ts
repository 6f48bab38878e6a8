import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { askJudge } from './ask-judge.ts'
import { createOwnJudge } from './ask-ourselves.ts'
import type { Case } from './case.ts'
import { type Comparison, compare, type Explanation, letThrough } from './compare.ts'
import { buildMutants, readOriginals } from './corpus.ts'
import { recordSample } from './record.ts'
import { buildReport, buildTables, tellDifference } from './report.ts'

/** `npm run conformance:validator`: both validators over the same resources, and where they part. */
const here = import.meta.dirname
const root = join(here, '../..')
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'almanac' },
    only: { type: 'string' },
    report: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    show: { type: 'string', default: '40' },
  },
})

const definitions = loadDefinitions()
const pattern = new RegExp(values.only ?? '')
const folders = ['structure-definitions', 'value-sets', 'code-systems'].map((name) =>
  join(root, 'fhir-profiles', name),
)
const explanations = JSON.parse(readFileSync(join(here, 'explained.json'), 'utf8')) as readonly Explanation[]
const judgeOurselves = createOwnJudge(definitions)

async function askBoth(cases: readonly Case[]): Promise<readonly Comparison[]> {
  return compare(cases, cases.map(judgeOurselves), await askJudge(cases, { folders }), explanations)
}

const originals = readOriginals().filter(({ name }) => pattern.test(name.replace(/~.*/, '')))
if (!originals.some(({ name }) => name.startsWith('r4/'))) {
  process.stderr.write("R4's published examples are not here: only our own are compared.\n")
}
const asTheyAre = await askBoth(originals)
// What is refused anyway is refused after a change too, and says nothing.
const accepted = asTheyAre.filter(({ outcome }) => outcome === 'both accept').map((one) => one.case)
const mutants = buildMutants(accepted, { definitions, seed: values.seed })
const comparisons = [...asTheyAre, ...(await askBoth(mutants))]
const open = comparisons.filter(({ outcome, explainedBy }) => !outcome.startsWith('both') && !explainedBy)
const through = letThrough(comparisons)

process.stdout.write(`${buildTables(comparisons)}\n\n`)
for (const one of open.slice(0, Number(values.show))) process.stdout.write(`${tellDifference(one)}\n`)
if (open.length > Number(values.show)) process.stdout.write(`… of ${open.length} differences\n`)
for (const { case: one } of through) process.stdout.write(`LET THROUGH ${one.name}\n`)

if (values.report) {
  const options = { explanations, judge: 'HAPI FHIR 8.8.1, org.hl7.fhir.validation 6.7.9', seed: values.seed }
  writeFileSync(join(root, 'docs/validator-agreement.md'), buildReport(comparisons, options))
}
if (values.record) recordSample(comparisons)
process.exitCode = open.length > 0 || through.length > 0 ? 1 : 0

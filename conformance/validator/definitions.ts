import { join } from 'node:path'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { listShipped } from '#fhir/shipped/list-shipped.ts'
import { askJudge } from './ask-judge.ts'
import { createOwnJudge } from './ask-ourselves.ts'
import { errorsOf } from './case.ts'

/** `node conformance/validator/definitions.ts`: what both say of the definitions of R4's types as the server shows them. */
const root = join(import.meta.dirname, '../..')
const folders = ['structure-definitions', 'value-sets', 'code-systems'].map((name) =>
  join(root, 'fhir-profiles', name),
)
const cases = [...listShipped()]
  .filter(
    ({ resourceType, derivation }) => resourceType === 'StructureDefinition' && derivation !== 'constraint',
  )
  .map((resource) => ({ name: String(resource.id), text: JSON.stringify(resource) }))
const ours = cases.map(createOwnJudge(loadDefinitions()))
const judges = await askJudge(cases, { folders })
const counts = new Map<string, number>()
for (const [index, { name }] of cases.entries()) {
  for (const [who, verdict] of [
    ['we', ours[index]],
    ['the judge', judges[index]],
  ] as const) {
    for (const { id, message } of verdict === undefined ? [] : errorsOf(verdict)) {
      const kind = `${who}: ${id} ${message.replace(/'[^']*'|"[^"]*"|\[\d+\]/g, '…').slice(0, 160)} (first in ${name})`
      const known =
        [...counts.keys()].find((one) => one.split(' (first')[0] === kind.split(' (first')[0]) ?? kind
      counts.set(known, (counts.get(known) ?? 0) + 1)
    }
  }
}
process.stdout.write(`${cases.length} definitions of types.\n`)
for (const [kind, count] of counts) process.stdout.write(`${count} × ${kind}\n`)

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '#fhir/json.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import type { Resource } from '#fhir/resource.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import { createValidator } from '#validation/validator.ts'
import { measureShare } from './validation-share.ts'

/** Processor time, so that a busy machine does not count. */
function spent(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Microseconds for our valid examples, which claim profiles: the first of a type, which compiles it, and warm ones. */
export async function measureValidation(rounds: number): Promise<string> {
  const definitions = loadDefinitions()
  const validator = createValidator({
    definitions,
    valueSets: loadTerminology(),
    profiles: loadProfiles(definitions),
    settings: { refuseUnknownProfiles: false },
  })
  const folder = join(import.meta.dirname, '../fhir-profiles/examples/valid')
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      const resource = parseJson(text) as Resource
      const start = spent()
      validator.validate(resource)
      const first = spent() - start
      const warm = Math.min(
        ...Array.from({ length: Math.max(3, rounds) }, () => timeOf(() => validator.validate(resource))),
      )
      return `| ${file.replace('.json', '')} | ${resource.resourceType} | ${text.length} | ${(first / 1_000).toFixed(1)} ms | ${warm.toFixed(1)} µs |`
    })
  const start = spent()
  for (const resourceType of definitions.resourceTypes) validator.validate({ resourceType })
  const rest = `All ${definitions.resourceTypes.length} types compiled: ${((spent() - start) / 1_000).toFixed(0)} ms more.`
  const share = await measureShare(definitions.resourceTypes, (resource) => validator.validate(resource))
  return [
    '| example | type | bytes | first | warm |',
    '|---|---|---|---|---|',
    ...lines,
    '',
    rest,
    share,
  ].join('\n')
}

const repeats = 5_000

function timeOf(work: () => void): number {
  const start = spent()
  for (let i = 0; i < repeats; i++) work()
  return (spent() - start) / repeats
}

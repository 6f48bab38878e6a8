import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Definitions } from '#fhir/definitions.ts'
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
  const published = loadDefinitions()
  let read = 0
  const definitions = counting(published, () => read++)
  const begun = spent()
  const validator = createValidator({
    definitions,
    valueSets: loadTerminology(),
    profiles: loadProfiles(definitions),
    settings: { refuseUnknownProfiles: false },
  })
  const made = `Made ready in ${((spent() - begun) / 1_000).toFixed(0)} ms, compiling ${read} types (aim: none).`
  const firsts: number[] = []
  const folder = join(import.meta.dirname, '../fhir-profiles/examples/valid')
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      const resource = parseJson(text) as Resource
      const start = spent()
      validator.validate(resource)
      const first = spent() - start
      firsts.push(first)
      const warm = Math.min(
        ...Array.from({ length: Math.max(3, rounds) }, () => timeOf(() => validator.validate(resource))),
      )
      return `| ${file.replace('.json', '')} | ${resource.resourceType} | ${text.length} | ${(first / 1_000).toFixed(1)} ms | ${warm.toFixed(1)} µs |`
    })
  const types = published.resourceTypes
  for (const resourceType of types) {
    const start = spent()
    validator.validate({ resourceType })
    firsts.push(spent() - start)
  }
  const all = `${types.length} types compiled in ${(firsts.reduce((sum, one) => sum + one) / 1_000).toFixed(0)} ms`
  const compiled = `All ${all}, the dearest first use ${(Math.max(...firsts) / 1_000).toFixed(0)} ms (aim ≤ 100); warm ≤ 60 µs is the aim of each example.`
  const share = await measureShare(types, (resource) => validator.validate(resource))
  return [
    '| example | type | bytes | first | warm |',
    '|---|---|---|---|---|',
    ...lines,
    '',
    ...[made, compiled, ...share].map((line) => `- ${line}`),
    '',
  ].join('\n')
}

/** Whoever compiles a type reads its definition. */
function counting(definitions: Definitions, count: () => void): Definitions {
  return new Proxy(definitions, {
    get: (target, name) => {
      if (name === 'type') count()
      const part: unknown = Reflect.get(target, name, target)
      return typeof part === 'function' ? part.bind(target) : part
    },
  })
}

const repeats = 5_000

function timeOf(work: () => void): number {
  const start = spent()
  for (let i = 0; i < repeats; i++) work()
  return (spent() - start) / repeats
}

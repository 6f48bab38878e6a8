import { once } from 'node:events'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createXmlLoader } from '#fhir/xml/load-xml-format.ts'
import { createValidator, type Validator } from '#validation/validator.ts'
import { readArguments, runCommand, UsageError } from './command.ts'
import { loadKnown } from './validate-definitions.ts'
import { findFiles, readResources, Unreadable } from './validate-input.ts'
import {
  createOutputForMachines,
  createOutputForPeople,
  type Output,
  type Summary,
} from './validate-output.ts'

const usage = `Checks FHIR R4 resources as the server would, without one.

  npm run --silent validate -- patient.json
  npm run --silent validate -- patients.ndjson folder/ --json
  cat bundle.json | npm run --silent validate -- -

  FILE, DIR or -     JSON and XML files, NDJSON files (a resource a line), folders of them, or what is piped in
  --profile URL      a profile that every resource shall meet besides those it claims; may be given again
  --profiles DIR     folder with StructureDefinitions, ValueSets and CodeSystems to know; may be given again
  --json             a JSON line a resource, and one at the end with the summary
  --quiet            errors only, no warnings

Ends with 0 when nothing is wrong, 1 when a resource is, 2 when the command could not be carried out.
`

function readWish() {
  const flag = { type: 'boolean', default: false } as const
  const texts = { type: 'string', multiple: true, default: [] as string[] } as const
  const options = { profile: texts, profiles: texts, json: flag, quiet: flag, help: flag }
  return readArguments(usage, { allowPositionals: true, options })
}

interface Run {
  readonly validator: Validator
  readonly output: Output
  readonly profiles: readonly string[]
  readonly quiet: boolean
  readonly summary: Summary
  readonly loadXml: ReturnType<typeof createXmlLoader>
}

async function validateSource(source: string, run: Run): Promise<void> {
  const { validator, output, profiles, quiet, summary, loadXml } = run
  summary.files++
  for await (const reading of readResources(source, process.stdin, loadXml)) {
    const all = reading.issues ?? validator.validate(reading.resource, { profiles })
    const errors = all.filter(({ severity }) => severity === 'error').length
    summary.resources++
    summary.errors += errors
    summary.warnings += all.filter(({ severity }) => severity === 'warning').length
    if (errors > 0) summary.withErrors++
    await write(
      output.tell({ ...reading, issues: quiet ? all.filter(({ severity }) => severity === 'error') : all }),
    )
  }
}

/** Waits for a slow reader: what it has not taken would pile up in memory. */
async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
}

async function run(): Promise<number> {
  const { values, positionals } = readWish()
  if (values.help) {
    await write(usage)
    return 0
  }
  if (positionals.length === 0)
    throw new UsageError(`Name a file, a folder, or - for what is piped in.\n\n${usage}`)
  const definitions = loadDefinitions()
  const known = loadKnown(definitions, values.profiles)
  for (const profile of values.profile)
    if (known.profiles.profile(profile) === undefined)
      throw new UsageError(`--profile ${profile} is not known. Name a folder that holds it: --profiles DIR.`)
  const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR
  const output = values.json ? createOutputForMachines() : createOutputForPeople(coloured)
  const validator = createValidator({ definitions, settings: { refuseUnknownProfiles: false }, ...known })
  const summary: Summary = { files: 0, resources: 0, withErrors: 0, errors: 0, warnings: 0 }
  const loadXml = createXmlLoader(definitions)
  const task = { validator, output, profiles: values.profile, quiet: values.quiet, summary, loadXml }
  const unreadable = await validateAll(positionals, task)
  await write(output.sum(summary))
  return unreadable ? 2 : summary.errors > 0 ? 1 : 0
}

/** One path that cannot be read does not keep the others from being read. */
async function validateAll(paths: readonly string[], task: Run): Promise<boolean> {
  let unreadable = false
  const tellUnreadable = (error: unknown): void => {
    if (!(error instanceof Unreadable)) throw error
    unreadable = true
    process.stderr.write(`${error.message}\n`)
  }
  for (const path of paths) {
    try {
      for await (const file of findFiles(path))
        await validateSource(file, task).catch((error: unknown) => tellUnreadable(error))
    } catch (error) {
      tellUnreadable(error)
    }
  }
  return unreadable
}

// Whoever stops reading (`| head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(1)
  throw error
})

await runCommand(run, 2)

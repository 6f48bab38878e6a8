import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'validate-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function validate(args: readonly string[], input: Iterable<string> = []): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'src/commands/validate.ts'), ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  })
  Readable.from(input).pipe(child.stdin)
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, out, err }
}

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

const lines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const patient = { resourceType: 'Patient', id: 'ada', birthDate: '1990-03-01' }
const wrong = { ...patient, id: 'bob', birthDate: '1990-02-30' }

describe('a file', () => {
  test('of XML is read as what it stands for, by its name or as it begins', async () => {
    const xml = (birthDate: string) =>
      `<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"><id value="ada"/><birthDate value="${birthDate}"/></Patient>`
    const names = [
      file('ada.xml', xml('1990-03-01')),
      file('bob.xml', xml('1990-02-30')),
      file('broken.xml', '<Patient'),
    ]
    const { code, out } = await validate([...names, '--json'])
    expect(code).toBe(1)
    const told = lines(out).filter(({ summary }) => summary === undefined)
    expect(told.map(({ valid }) => valid)).toEqual([true, false, false])
    expect(told[1].issues).toMatchObject([{ expression: ['Patient.birthDate'] }])
    const piped = await validate(['-', '--json'], [xml('1990-03-01')])
    expect(lines(piped.out)[0]).toMatchObject({ resourceType: 'Patient', id: 'ada', valid: true })
  })

  test('that is right needs no word, only the count', async () => {
    const { code, out, err } = await validate([file('ada.json', patient)])
    expect({ code, out, err }).toEqual({
      code: 0,
      out: '1 source, 1 resource: 1 right (0 errors, 0 warnings)\n',
      err: '',
    })
  })

  test('that is wrong is told with its place and what to do', async () => {
    const { code, out } = await validate([file('bob.json', wrong)])
    expect(code).toBe(1)
    expect(out).toContain('bob.json  Patient/bob\n  error       Patient.birthDate must be a date that exists')
    expect(out).toContain('1 source, 1 resource: 0 right, 1 wrong (1 error, 0 warnings)')
  })

  test('that is no JSON is told with line and column, and the others are read all the same', async () => {
    const { code, out } = await validate([file('cut.json', '{"resourceType": "Patient",\n'), 'ada.json'])
    expect(code).toBe(1)
    expect(out).toMatch(/cut\.json\n {2}error/)
    expect(out).toContain('2 sources, 2 resources: 1 right, 1 wrong')
  })

  test('of several lines without a name that tells is one resource', async () => {
    const { code, out } = await validate([file('resource', JSON.stringify(patient, null, 2))])
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('1 resource: 1 right') })
  })

  test('that steers a terminal is shown without its control characters', async () => {
    const { out } = await validate([file('esc.json', { ...patient, '\u001b[31mred': 1 })])
    expect(out).toContain('[31mred')
    expect(out).not.toContain('\u001b')
  })
})

describe('NDJSON', () => {
  test('is told by line, blank lines left out, also when piped in', async () => {
    const text = [patient, wrong, patient].map((one) => JSON.stringify(one)).join('\n\n')
    const { code, out } = await validate(['-', '--json'], [text])
    expect(code).toBe(1)
    expect(lines(out)).toMatchObject([
      { source: '-', line: 1, resourceType: 'Patient', id: 'ada', valid: true, issues: [] },
      { line: 3, id: 'bob', valid: false, issues: [{ code: 'value', expression: ['Patient.birthDate'] }] },
      { line: 5, valid: true },
      { summary: { files: 1, resources: 3, withErrors: 1, errors: 1, warnings: 0 } },
    ])
  })

  test('is split at line feeds only: a name may hold the other line separators', async () => {
    const odd = { ...patient, name: [{ text: 'Ada\u2028Keller\u0085' }] }
    const { code, out } = await validate([file('odd.ndjson', `${JSON.stringify(odd)}\r\n`), '--json'])
    expect({ code, of: lines(out).length }).toEqual({ code: 0, of: 2 })
  })

  test('of any length takes no more memory than a short one', async () => {
    const line = `${JSON.stringify({ ...patient, name: [{ text: 'x'.repeat(20_000) }] })}\n`
    const long = function* () {
      for (let i = 0; i < 10_000; i++) yield line
    }
    const measured = join(folder, 'measure.ts')
    writeFileSync(
      measured,
      `process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))\n` +
        `await import(${JSON.stringify(join(root, 'src/commands/validate.ts'))})\n`,
    )
    const child = spawn(process.execPath, [measured, '-', '--json'], { cwd: folder })
    Readable.from(long()).pipe(child.stdin)
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(lines(out).at(-1)).toMatchObject({ summary: { resources: 10_000, errors: 0 } })
    // 200 MB went through.
    expect(Number(err) / 1024).toBeLessThan(200)
  }, 60_000)
})

test('a folder is read with all below it, in the order of names', async () => {
  await mkdir(join(folder, 'clinic/north'), { recursive: true })
  await mkdir(join(folder, 'clinic/.hidden'), { recursive: true })
  file('clinic/b.json', wrong)
  file('clinic/a.ndjson', JSON.stringify(patient))
  file('clinic/north/c.json', patient)
  file('clinic/readme.txt', 'not for us')
  file('clinic/.hidden/d.json', 'not for us')
  const { code, out } = await validate(['clinic', '--json'])
  expect(code).toBe(1)
  expect(lines(out).map(({ source }) => source)).toEqual([
    join('clinic/a.ndjson'),
    join('clinic/b.json'),
    join('clinic/north/c.json'),
    undefined,
  ])
})

test("an issue in a Bundle's entry is found by its place in the Bundle", async () => {
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: patient }, { resource: wrong }],
  }
  const { out } = await validate([file('bundle.json', bundle), '--json'])
  expect(lines(out)[0].issues).toMatchObject([{ expression: ['Bundle.entry[1].resource.birthDate'] }])
})

describe('profiles', () => {
  const url = 'http://example.org/fhir/StructureDefinition/dated-patient'
  const profile = {
    resourceType: 'StructureDefinition',
    url,
    name: 'DatedPatient',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: {
      element: [
        { id: 'Patient', path: 'Patient' },
        { id: 'Patient.gender', path: 'Patient.gender', min: 1 },
      ],
    },
  }

  test('that a resource claims are held against it when they are in a folder', async () => {
    await mkdir(join(folder, 'profiles'), { recursive: true })
    file('profiles/dated-patient.json', profile)
    const claims = file('claims.json', { ...patient, meta: { profile: [url] } })
    const unknown = await validate([claims])
    expect({ code: unknown.code, out: unknown.out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('warning'),
    })
    const known = await validate([claims, '--profiles', 'profiles'])
    expect({ code: known.code, out: known.out }).toMatchObject({
      code: 1,
      out: expect.stringContaining("Patient must have the element 'gender'"),
    })
  })

  test('that are named hold for every resource', async () => {
    const { code, out } = await validate(['ada.json', '--profiles', 'profiles', '--profile', url])
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining("element 'gender'") })
  })

  test('that are shipped are known without a folder', async () => {
    const core = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'
    const { code, out } = await validate(['ada.json', '--profile', core])
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('identifier') })
  })

  test('that nobody knows, or that cannot be built, end the command before anything is read', async () => {
    const nobody = await validate(['ada.json', '--profile', 'http://example.org/nobody'])
    expect(nobody).toMatchObject({ code: 2, out: '', err: expect.stringContaining('is not known') })
    await mkdir(join(folder, 'broken'), { recursive: true })
    const missing = [{ id: 'Patient.wings', path: 'Patient.wings', min: 1 }]
    file('broken/x.json', { ...profile, differential: { element: missing } })
    const broken = await validate(['ada.json', '--profiles', 'broken'])
    expect(broken).toMatchObject({ code: 2, out: '', err: expect.stringContaining('cannot be used') })
    expect(broken.err).toContain('wings')
  })
})

describe('what cannot be carried out ends with 2', () => {
  test.each([
    ['nothing to read', [], 'Name a file'],
    ['an option that does not exist', ['--colour', 'ada.json'], '--colour'],
    ['a folder of profiles that is not there', ['ada.json', '--profiles', 'nowhere'], 'no such folder'],
  ])('%s', async (_, args, sentence) => {
    expect(await validate(args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(sentence) })
  })

  test('a path that is not there, but what is there is checked', async () => {
    const { code, out, err } = await validate(['nowhere.json', 'ada.json'])
    expect({ code, err }).toEqual({ code: 2, err: 'nowhere.json is not there.\n' })
    expect(out).toContain('1 resource: 1 right')
  })

  test('a folder that holds no resources', async () => {
    await mkdir(join(folder, 'empty'), { recursive: true })
    const { code, err } = await validate(['empty'])
    expect({ code, err }).toEqual({ code: 2, err: 'empty holds no .json, .ndjson or .xml file.\n' })
  })
})

test('--quiet leaves the warnings out and counts them', async () => {
  const { code, out } = await validate(['claims.json', '--quiet'])
  expect({ code, out }).toEqual({
    code: 0,
    out: '1 source, 1 resource: 1 right (0 errors, 1 warning)\n',
  })
})

test('--help tells every option that the README of the command line names', async () => {
  const { code, out } = await validate(['--help'])
  expect(code).toBe(0)
  const page = await readFile(join(root, 'docs/api/validate-command.md'), 'utf8')
  for (const [option] of page.matchAll(/--[a-z]+/g)) if (option !== '--silent') expect(out).toContain(option)
})

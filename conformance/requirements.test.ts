import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** requirements.csv: a statement of a specification, and the test that shows it. */
interface Requirement {
  readonly id: string
  readonly statement: string
  readonly source: string
  readonly file: string
  readonly test: string
}

const root = new URL('../', import.meta.url)
const [header, ...rows] = readCsv(readFileSync(new URL('conformance/requirements.csv', root), 'utf8'))
const requirements = rows.map((row) => {
  const [id = '', statement = '', source = '', file = '', name = ''] = row
  return { id, statement, source, file, test: name } satisfies Requirement
})

test('the table has its columns, and every row all of them', () => {
  expect(header).toEqual(['id', 'statement', 'source', 'test file', 'test name'])
  expect(rows.filter((row) => row.length !== 5 || row.includes(''))).toEqual([])
})

test('every requirement has an id of its own', () => {
  const ids = requirements.map(({ id }) => id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

test.each(requirements)('$id is shown by a test that exists', ({ file, test: name }) => {
  expect(existsSync(new URL(file, root)), `${file} is missing`).toBe(true)
  expect(testNames(file)).toContain(name)
})

/** What stands in quotes behind `test(`, `it(` or `test.each(…)(`: a name that is only mentioned does not count. */
function testNames(file: string): string[] {
  const text = readFileSync(new URL(file, root), 'utf8')
  const name = /(?:\b(?:test|it)(?:\.\w+)*\(|[\])\w]\)\()\s*(['"`])((?:\\.|(?!\1).)*)\1/gs
  return [...text.matchAll(name)].map(([, , found = '']) => found.replace(/\\(['"`])/g, '$1'))
}

function readCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/gy
  const table: string[][] = [[]]
  for (const [, quoted, plain, end] of text.trimEnd().matchAll(field)) {
    table.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\n') table.push([])
    if (end === '') break
  }
  return table
}

import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
let server: TestServer
let folder: string
let token: string

beforeAll(async () => {
  server = await startTestServer({ demo: true })
  token = await server.token({ scope: 'system/*.cruds' })
  folder = mkdtempSync(join(tmpdir(), 'almanac-documented-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.close()
})

const pages = globSync(['README.md', 'docs/api/*.md'], { cwd: root })
  .toSorted()
  .flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8')
    return [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, script = '']) => [page, script] as const)
  })

test('most pages of the API show a request', () => {
  expect(pages.length).toBeGreaterThan(12)
})

test.each(pages)(
  'what %s tells to type is answered by a demo that has just been started',
  async (_, script) => {
    const loud = script
      .replaceAll('http://127.0.0.1:8080', server.origin)
      .replaceAll(/^curl /gm, 'curl -sS -o /dev/null -w "%{http_code} %{url}\\n" ')
    const env = { ...process.env, TOKEN: token }
    const { stdout } = await run('bash', ['-c', loud], { cwd: folder, env })
    const answers = stdout.trim().split('\n')
    expect(answers.length).toBeGreaterThan(0)
    expect(answers.filter((answer) => !answer.startsWith('20'))).toEqual([])
  },
)

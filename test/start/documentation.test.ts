import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', 'fhir-profiles/*.md'], { cwd: root })

/** As GitHub names them. */
const headingsOf = (page: string) =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

test('every link of every page leads somewhere', () => {
  const broken = pages.flatMap((page) =>
    [
      ...read(page)
        .replaceAll(/`[^`\n]*`/g, '')
        .matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g),
    ].flatMap(([link, path = '', heading]) => {
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(root, target))) return [`${page}: ${link}`]
      return heading === undefined || headingsOf(target).includes(heading) ? [] : [`${page}: ${link}`]
    }),
  )
  expect(broken).toEqual([])
})

test('every command of package.json that a page names is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = pages
    .filter((page) => page !== 'CHANGELOG.md')
    .flatMap((page) =>
      [...read(page).matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, script = '']) => script),
    )
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([])
  expect(named.length).toBeGreaterThan(20)
})

test('every file of the repository that a page names in code is there', () => {
  const named = pages
    .filter((page) => page !== 'CHANGELOG.md' && !page.startsWith('docs/decisions'))
    .flatMap((page) =>
      [
        ...read(page).matchAll(/`((?:src|test|bench|conformance|scripts|fhir-profiles|docs)\/[\w./-]+)`/g),
      ].map(([, path = '']) => [page, path] as const),
    )
  expect(named.filter(([, path]) => !existsSync(join(root, path)))).toEqual([])
})

test('every decision is found from the list of what one may wonder about', () => {
  const list = read('docs/decisions/README.md')
  const decisions = globSync('docs/decisions/0*.md', { cwd: root }).map((page) => basename(page))
  expect(decisions.filter((page) => !list.includes(`(${page})`))).toEqual([])
  expect(new Set(decisions.map((page) => page.slice(0, 4))).size).toBe(decisions.length)
})

test('every operation has its line in docs/api/operations.md', () => {
  const page = read('docs/api/operations.md')
  const codes = globSync('fhir-profiles/operations/*.json', { cwd: root }).map(
    (file) => (JSON.parse(read(file)) as { code: string }).code,
  )
  expect(codes.filter((code) => !page.includes(`\`$${code}\``))).toEqual([])
})

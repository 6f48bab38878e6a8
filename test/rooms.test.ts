import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

/** A room and the rooms it may use: always ones above it, so no cycle fits in. */
const rooms: Record<string, readonly string[]> = {
  fhir: [],
  store: ['fhir'],
  access: ['fhir'],
  validation: ['fhir'],
  audit: ['fhir'],
  interaction: ['fhir', 'store', 'access', 'validation', 'audit'],
  scheduling: ['fhir', 'store', 'access', 'interaction'],
  delivery: ['fhir', 'store', 'access'],
  redis: [],
  oauth: ['fhir', 'store', 'access', 'audit'],
  http: ['fhir', 'access', 'interaction', 'oauth'],
  demo: ['fhir', 'access', 'interaction'],
}

/** A library and the rooms it lives in; '' is the files that join the rooms. */
const libraries: Record<string, readonly string[]> = {
  pg: ['store'],
  jose: ['oauth'],
  pino: ['http', ''],
  express: ['http'],
  helmet: ['http'],
  cors: ['http'],
  compression: ['http'],
  'prom-client': ['http'],
  fhirpath: ['validation'],
  saxes: ['fhir'],
  ajv: ['validation'],
  'oidc-provider': ['oauth'],
  '@simplewebauthn/server': ['oauth'],
  nodemailer: ['delivery'],
  bullmq: ['redis'],
  ioredis: ['redis'],
  'ical.js': ['scheduling'],
  // Types alone: what the demo builds is R4 before the server has seen it.
  fhir: ['demo'],
}

const root = join(import.meta.dirname, '..')
const files = globSync('src/**/*.ts', { cwd: root })
/** Commands join the rooms as the files above them do. */
const roomOf = (file: string) => /^src\/(?!commands\/)([^/]+)\//.exec(file)?.[1] ?? ''

interface Import {
  readonly from: string
  readonly written: string
  /** The file within src/; undefined for a library. */
  readonly to?: string
}

const imports: readonly Import[] = files.flatMap((from) => {
  const code = readFileSync(join(root, from), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g)].map(([, written = '']) => {
    if (written.startsWith('.')) return { from, written, to: normalize(join(dirname(from), written)) }
    if (written.startsWith('#')) return { from, written, to: join('src', written.slice(1)) }
    return { from, written }
  })
})
const within = imports.filter((one): one is Required<Import> => one.to !== undefined)
const tell = (list: readonly Import[]) => list.map(({ from, written }) => `${from} imports ${written}`)

test('every import leads to a file', () => {
  expect(within.length).toBeGreaterThan(50)
  expect(tell(within.filter(({ to }) => !existsSync(join(root, to))))).toEqual([])
})

test('every folder of src is a room of the table', () => {
  expect([...new Set(files.map(roomOf))].filter((room) => room !== '' && !(room in rooms))).toEqual([])
})

test('docs/architecture.md shows the table that is asked', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const shown = [...page.matchAll(/^\| `(\w+)` \| [^|]* \| ([^|]*)\|$/gm)].map(([, room = '', uses = '']) => {
    const listed = uses.trim() === 'all above' ? 'fhir, store, access, validation, audit' : uses.trim()
    return [room, listed === '' ? [] : listed.split(', ')] as const
  })
  expect(Object.fromEntries(shown)).toEqual(rooms)
})

test('a room uses only the rooms it may', () => {
  const wrong = within.filter(({ from, to }) => {
    const [room, other] = [roomOf(from), roomOf(to)]
    return room !== '' && room !== other && !rooms[room]?.includes(other)
  })
  expect(tell(wrong)).toEqual([])
})

test('a crossing shows at the top of the file: # between rooms, a relative path inside one', () => {
  const wrong = within.filter(
    ({ from, to, written }) => (roomOf(from) === roomOf(to)) === written.startsWith('#'),
  )
  expect(tell(wrong.filter(({ from, to }) => roomOf(from) !== '' || roomOf(to) !== ''))).toEqual([])
})

test('each library has its room', () => {
  const wrong = imports.filter(({ from, written, to }) => {
    if (to !== undefined || written.startsWith('node:')) return false
    const name = written.split('/', written.startsWith('@') ? 2 : 1).join('/')
    return !libraries[name]?.includes(roomOf(from))
  })
  expect(tell(wrong)).toEqual([])
})

test('no file leads back to itself', () => {
  const cycles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const { to } of within.filter(({ from }) => from === file)) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(cycles).toEqual([])
})

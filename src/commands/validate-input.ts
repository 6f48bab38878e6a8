import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeUtf8, parseJson } from '#fhir/json.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { XmlFormat } from '#fhir/xml/xml-format.ts'
import { UsageError } from './command.ts'

/** A resource, or why there is none, and where it was read. */
export interface Reading {
  /** The path as it was given, `-` for what is piped in. */
  readonly source: string
  /** In NDJSON only. */
  readonly line?: number
  readonly resource?: unknown
  /** What was wrong with the text itself. */
  readonly issues?: readonly Issue[]
}

/** A path that cannot be read at all: the caller's mistake, not a resource's. */
export class Unreadable extends UsageError {}

/** One resource may be this long; more would be held in memory only to be refused. */
const longestText = 256 * 1024 * 1024

/** Files of a folder are read in the order of their names. */
export async function* findFiles(path: string): AsyncGenerator<string> {
  if (path === '-') {
    yield path
    return
  }
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Unreadable(`${path} ${reasonOf(error)}`)
  })
  if (!found.isDirectory()) {
    yield path
    return
  }
  let any = false
  for (const file of await filesIn(path)) {
    any = true
    yield file
  }
  if (!any) throw new Unreadable(`${path} holds no .json, .ndjson or .xml file.`)
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Unreadable(`${folder} ${reasonOf(error)}`)
  })
  const found: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await filesIn(path)))
    else if (/\.(json|ndjson|jsonl|xml)$/i.test(entry.name)) found.push(path)
  }
  return found
}

/**
 * A resource a file, or one a line: the name tells, else the first line does, when it is a whole value by itself. What
 * begins as XML is XML.
 */
export async function* readResources(
  source: string,
  piped: AsyncIterable<Uint8Array>,
  loadXml: () => Promise<Pick<XmlFormat, 'read'>>,
): AsyncGenerator<Reading> {
  const chunks = source === '-' ? piped : createReadStream(source, { highWaterMark: 256 * 1024 })
  let lines = /\.(ndjson|jsonl)$/i.test(source)
  const whole: Uint8Array[] = []
  let size = 0
  let number = 0
  try {
    for await (const bytes of splitLines(chunks)) {
      number++
      if (!lines && number === 1 && !/\.json$/i.test(source) && isWhole(bytes)) lines = true
      if (lines) {
        if (!isBlank(bytes)) yield { source, line: number, ...parse(bytes) }
        continue
      }
      size += bytes.length
      if (size > longestText) throw new Unreadable(`${source} is longer than one resource may be (256 MB).`)
      whole.push(bytes)
    }
  } catch (error) {
    if (error instanceof Unreadable) throw error
    throw new Unreadable(`${source} ${reasonOf(error as NodeJS.ErrnoException)}`)
  }
  if (lines) return
  const bytes = Buffer.concat(whole)
  yield { source, ...(isXml(bytes) ? parse(bytes, (await loadXml()).read) : parse(bytes)) }
}

/** At line feeds only: JSON strings may hold the other characters that end a line elsewhere. The feed stays. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      held.push(chunk.subarray(start, end + 1))
      yield held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held)
      held = []
      size = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    held.push(chunk.subarray(start))
    size += chunk.length - start
    if (size > longestText) throw new Unreadable('has a line longer than one resource may be (256 MB).')
  }
  if (held.length > 0) yield Buffer.concat(held)
}

function parse(
  bytes: Uint8Array,
  read: (text: string) => unknown = parseJson,
): Pick<Reading, 'resource' | 'issues'> {
  try {
    return { resource: read(decodeUtf8(bytes)) }
  } catch (error) {
    if (error instanceof Refusal) return { issues: error.issues }
    throw error
  }
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    return typeof JSON.parse(decodeUtf8(bytes)) === 'object'
  } catch {
    return false
  }
}

/** The first character that is no blank and no byte order mark. */
function isXml(bytes: Uint8Array): boolean {
  return /^[\s\ufeff]*</.test(Buffer.from(bytes.subarray(0, 100)).toString('utf8'))
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 32 || byte === 9 || byte === 10 || byte === 13)
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'is not there.'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read: permission denied.'
  return `cannot be read: ${message}.`
}

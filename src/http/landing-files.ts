import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface OpenFile {
  readonly contentType: string
  readonly body: string
}

const beside = join(import.meta.dirname, 'landing')
const docs = join(import.meta.dirname, '../../docs')
/** What the page loads: nothing else of the folder can be asked for. */
const assets: Readonly<Record<string, string>> = {
  'landing.css': 'text/css; charset=utf-8',
  'landing.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}
/** Names alone, so that no path leads out. */
const docsPage = /^\/docs\/((?:api\/|decisions\/)?[A-Za-z0-9-]{1,80}\.md)$/

/** What lies under `/landing/` and `/docs/`, for anybody; undefined: nothing has this address. */
export async function readOpenFile(path: string): Promise<OpenFile | undefined> {
  const name = path.startsWith('/landing/') ? path.slice('/landing/'.length) : ''
  const contentType = Object.hasOwn(assets, name) ? assets[name] : undefined
  if (contentType !== undefined) return { contentType, body: await readFile(join(beside, name), 'utf8') }
  const page = docsPage.exec(path)?.[1]
  if (page === undefined) return undefined
  try {
    // As plain text every browser shows it; as Markdown some would save it.
    return { contentType: 'text/plain; charset=utf-8', body: await readFile(join(docs, page), 'utf8') }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

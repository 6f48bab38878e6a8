import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Asset {
  readonly contentType: string
  readonly body: string
}

const folder = join(import.meta.dirname, 'assets')
/** What pages load: nothing else of the folder can be asked for. */
const assets: Readonly<Record<string, string>> = {
  'pages.css': 'text/css; charset=utf-8',
  'passkey.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}
const prefix = '/oauth/assets/'

export async function readAsset(path: string): Promise<Asset | undefined> {
  const name = path.startsWith(prefix) ? path.slice(prefix.length) : ''
  const contentType = Object.hasOwn(assets, name) ? assets[name] : undefined
  return contentType === undefined
    ? undefined
    : { contentType, body: await readFile(join(folder, name), 'utf8') }
}

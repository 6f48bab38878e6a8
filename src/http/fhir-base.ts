import type { IncomingMessage } from 'node:http'
import { readForwarded } from './forwarded.ts'
import type { HttpSettings } from './parts.ts'

/** Where a FHIR path belongs: the clinic, the base's own path, and what follows it. */
export interface FhirPath {
  readonly tenant: string
  readonly basePath: string
  /** Empty, or with a slash in front. */
  readonly rest: string
}

const clinicPath = /^\/c\/([a-z0-9][a-z0-9-]{0,62})\/fhir(?=\/|$)/

/** `/fhir` is the clinic `main`, `/c/{clinic}/fhir` any other; undefined: not a FHIR path. */
export function matchFhirPath(path: string): FhirPath | undefined {
  if (path.startsWith('/fhir')) {
    if (path.length > 5 && path.charCodeAt(5) !== 47) return undefined
    return { tenant: 'main', basePath: '/fhir', rest: path.slice(5) }
  }
  if (!path.startsWith('/c/')) return undefined
  const match = clinicPath.exec(path)
  // The clinic `main` has one base: two would be two audiences for its tokens.
  if (match?.[1] === undefined || match[1] === 'main') return undefined
  return { tenant: match[1], basePath: match[0], rest: path.slice(match[0].length) }
}

const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i
const authority = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/**
 * Scheme and authority as the caller sees them: the setting; or what a trusted proxy says; or a Host that names this
 * machine itself. Any other Host is not believed, since it would end in Location headers and paging links: the
 * address that the connection came in on takes its place.
 */
export function buildOriginFinder(settings: HttpSettings): (req: IncomingMessage) => string {
  const { publicUrl } = settings
  if (publicUrl !== undefined) {
    const origin = publicUrl.replace(/\/+$/, '')
    return () => origin
  }
  if (settings.trustProxy !== false) {
    const forwarded = readForwarded(settings.trustProxy)
    return (req) => {
      const host = forwarded.host(req) ?? ''
      return authority.test(host) ? `${forwarded.protocol(req)}://${host}` : localOrigin(req)
    }
  }
  return (req) => {
    const { host } = req.headers
    return host !== undefined && loopback.test(host) ? `http://${host}` : localOrigin(req)
  }
}

function localOrigin(req: IncomingMessage): string {
  const { localAddress = '127.0.0.1', localPort } = req.socket
  const address = localAddress.startsWith('::ffff:') ? localAddress.slice(7) : localAddress
  return `http://${address.includes(':') ? `[${address}]` : address}:${localPort}`
}

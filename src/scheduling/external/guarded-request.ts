import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from '#access/public-address.ts'
import { SourceFault } from './busy-source.ts'
import { guardedLookup } from './guarded-lookup.ts'

export interface FetchLimits {
  readonly bytes: number
  readonly milliseconds: number
  readonly redirects: number
  /** Reached as they are: `http://calendars.clinic.example:8080`. */
  readonly trustedOrigins: readonly string[]
}

export interface Ask {
  readonly method?: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What can be said of an address without asking anybody. */
export function checkedUrl(address: string, { trustedOrigins }: Pick<FetchLimits, 'trustedOrigins'>): URL {
  const url = URL.parse(address)
  if (url === null) throw new SourceFault('The address is no URL.')
  if (url.username !== '' || url.password !== '')
    throw new SourceFault('The address must not contain a user or a password.')
  if (trustedOrigins.includes(url.origin)) return url
  if (url.protocol !== 'https:') throw new SourceFault('Calendars are fetched by https.')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host))
    throw new SourceFault('The address leads into a private network.')
  return url
}

/** One request to an address that was checked; redirections are the caller's to judge. */
export function requestGuarded(
  url: URL,
  { method = 'GET', headers, body }: Ask,
  { trustedOrigins }: FetchLimits,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      ...{ method, signal, agent: false },
      headers: { ...headers, 'Accept-Encoding': 'identity', 'User-Agent': 'Almanac' },
      ...(!trustedOrigins.includes(url.origin) && { lookup: guardedLookup }),
    })
    asked.on('response', resolve)
    asked.on('error', (cause) => reject(faultOf(cause, signal)))
    asked.end(body)
  })
}

export async function collect(
  response: IncomingMessage,
  { bytes }: FetchLimits,
  signal: AbortSignal,
): Promise<string> {
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    response.destroy()
    throw new SourceFault('The calendar is compressed, which nobody asked for.')
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > bytes) throw new SourceFault(`The calendar is longer than ${bytes} bytes.`)
      chunks.push(chunk)
    }
  } catch (cause) {
    throw faultOf(cause, signal)
  } finally {
    response.destroy()
  }
  return Buffer.concat(chunks).toString('utf8')
}

function faultOf(cause: unknown, signal: AbortSignal): SourceFault {
  if (cause instanceof SourceFault) return cause
  return signal.aborted
    ? new SourceFault('The calendar did not answer in time.')
    : new SourceFault('The calendar could not be reached.')
}

import type { IncomingMessage } from 'node:http'
import express from 'express'
import type { HttpSettings } from './parts.ts'

/** What proxies tell of a caller, as far as the setting `trustProxy` believes them. */
export interface Forwarded {
  address(req: IncomingMessage): string | undefined
  host(req: IncomingMessage): string | undefined
  protocol(req: IncomingMessage): 'http' | 'https'
}

/** Express knows the setting's forms; FHIR requests do not pass through it, so its decision is asked for alone. */
export function readForwarded(trustProxy: HttpSettings['trustProxy']): Forwarded {
  const app = express()
  app.set('trust proxy', trustProxy)
  const trusts = app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean
  const told = (req: IncomingMessage, name: string): string | undefined => {
    const header = trusts(req.socket.remoteAddress, 0) ? req.headers[name] : undefined
    return typeof header === 'string' ? header.split(',', 1)[0]?.trim() : undefined
  }
  return {
    host: (req) => told(req, 'x-forwarded-host') ?? req.headers.host,
    protocol: (req) => (told(req, 'x-forwarded-proto') === 'https' ? 'https' : 'http'),
    /** The first on the way back from here that is no trusted proxy. */
    address(req) {
      const header = req.headers['x-forwarded-for']
      const told = typeof header === 'string' ? header.split(',').reverse() : []
      const way = [req.socket.remoteAddress, ...told.map((address) => address.trim())]
      return way.find((address, hop) => !trusts(address, hop)) ?? way.at(-1)
    },
  }
}

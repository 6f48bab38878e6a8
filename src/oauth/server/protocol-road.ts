import type { IncomingMessage } from 'node:http'
import type Provider from 'oidc-provider'
import type { WebExchange, WebRoad } from '../web-exchange.ts'
import { readAuthorizationRequest } from './authorization-request.ts'
import { styleText } from './style.ts'

const own =
  /^\/oauth\/(?:authorize(?:\/[\w-]+)?|token|introspect|revoke|register|jwks|end-session(?:\/\w+)?|\.well-known\/[\w-]+)$/

/** What oidc-provider answers, handed to it as it reads requests: below /oauth, and from addresses already judged. */
export function createProtocolRoad(
  providerOf: (origin: string) => Promise<Provider>,
  nameApp: (req: IncomingMessage) => Promise<IncomingMessage>,
): WebRoad {
  const handlers = new WeakMap<Provider, ReturnType<Provider['callback']>>()
  return async (exchange) => {
    const { req, res, path, query } = exchange
    const style = req.method === 'GET' ? styleText(path) : undefined
    if (style !== undefined) {
      res.setHeader('Content-Type', 'application/json')
      res.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
      res.end(style)
      return true
    }
    if (!own.test(path)) return false
    const provider = await providerOf(exchange.origin)
    let handler = handlers.get(provider)
    if (handler === undefined) {
      handler = provider.callback()
      handlers.set(provider, handler)
    }
    tellAddresses(exchange)
    const rest = path.slice('/oauth'.length)
    if (path === '/oauth/authorize' && (req.method === 'GET' || req.method === 'POST')) {
      const search = await readAuthorizationRequest(req, query)
      req.method = 'GET'
      req.url = `${rest}?${search}`
    } else {
      req.url = `${rest}${req.url?.includes('?') ? req.url.slice(req.url.indexOf('?')) : ''}`
    }
    const unnamed = path === '/oauth/token' && isForm(req) && req.headers.authorization === undefined
    const asked = unnamed ? await nameApp(req) : req
    /** Its links are built from what stood before its own path. */
    Object.assign(asked, { originalUrl: `/oauth${req.url}` })
    await handler(asked, res)
    return true
  }
}

function isForm({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')
}

/** Koa reads these; whatever the caller wrote there has been judged before. */
function tellAddresses({ req, origin, address }: WebExchange): void {
  const { host, protocol } = new URL(origin)
  req.headers.host = host
  req.headers['x-forwarded-host'] = host
  req.headers['x-forwarded-proto'] = protocol.slice(0, -1)
  if (address === undefined) delete req.headers['x-forwarded-for']
  else req.headers['x-forwarded-for'] = address
}

import type { IncomingMessage, ServerResponse } from 'node:http'

/** One visit of a browser or an app to /oauth: plain node, for this room knows no web framework. */
export interface WebExchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Scheme and authority that callers use, already judged: never the bare Host header. */
  readonly origin: string
  readonly path: string
  readonly query: URLSearchParams
  /** Of the caller, behind trusted proxies. */
  readonly address: string | undefined
  readonly requestId: string
}

/** False: not its address; the next one is asked. A thrown Refusal becomes a page that explains. */
export type WebRoad = (exchange: WebExchange) => Promise<boolean>

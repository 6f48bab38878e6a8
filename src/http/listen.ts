import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buildOperationOutcome } from '#fhir/operation-outcome.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly limits?: Partial<ConnectionLimits>
}

export interface ConnectionLimits {
  /** Milliseconds for the request line and headers; a slower caller is a slow-loris. */
  readonly headersTimeout: number
  /** Milliseconds for the whole request to arrive: 10 MB over a poor mobile line take about a minute. */
  readonly requestTimeout: number
  /** Longer than a load balancer's usual 60 s, so that it is the one to close and never sends into a closed socket. */
  readonly keepAliveTimeout: number
  /** Bytes of request line and headers: 300 ids in one GET fit in, more belongs in POST _search. */
  readonly maxHeaderSize: number
  readonly maxConnections: number
  /** Milliseconds that `close` gives to requests being worked on. */
  readonly drainTimeout: number
}

const defaultConnectionLimits: ConnectionLimits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
  maxConnections: 4096,
  drainTimeout: 10_000,
}

export interface Listening {
  readonly url: string
  readonly server: Server
  /** Takes no more connections, lets what is being worked on finish, then ends the rest. */
  close(): Promise<void>
}

export async function listen(app: RequestListener, options: ListenOptions): Promise<Listening> {
  const limits = { ...defaultConnectionLimits, ...options.limits }
  const server = createServer(
    {
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      maxHeaderSize: limits.maxHeaderSize,
      // Node looks for late requests this often; its own 30 s would make the timeouts above a fiction.
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeout, limits.requestTimeout),
      // The app refuses a missing Host itself, with an OperationOutcome.
      requireHostHeader: false,
      noDelay: true,
    },
    app,
  )
  server.maxConnections = limits.maxConnections
  server.on('clientError', answerBrokenRequest)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    server,
    close: () => drain(server, limits.drainTimeout),
  }
}

/** Connections fall idle one by one as their answers go out; whoever is not done in time is cut off. */
function drain(server: Server, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 20)
    const deadline = setTimeout(() => server.closeAllConnections(), timeout)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(deadline)
      resolve()
    })
    server.closeIdleConnections()
  })
}

const brokenRequests: Readonly<Record<string, readonly [status: string, code: string, sentence: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'too-long',
    'The address and headers are too long: send a long search as POST [type]/_search.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'timeout', 'The request came too slowly: send it again.'],
}

/** What Node's parser refuses never becomes a request: the answer is written to the bare socket. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const { _httpMessage: current } = socket as Socket & { _httpMessage?: { headersSent: boolean } }
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent === true) {
    socket.destroy()
    return
  }
  const [status, code, diagnostics] = brokenRequests[error.code ?? ''] ?? [
    '400 Bad Request',
    'structure',
    'This is not an HTTP request that can be read.',
  ]
  const body = JSON.stringify(buildOperationOutcome([{ severity: 'error', code, diagnostics }]))
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  )
}

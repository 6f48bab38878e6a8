import type { IncomingMessage, ServerResponse } from 'node:http'
import cors from 'cors'
import type { HttpSettings } from './parts.ts'

/** SMART apps run in browsers: they need these answers and these headers. No cookie is ever taken, so none is allowed. */
export function buildCrossOrigin({
  corsOrigins,
}: HttpSettings): (req: IncomingMessage, res: ServerResponse, next: () => void) => void {
  return cors({
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    credentials: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Last-Modified',
      'Location',
      'Content-Location',
      'Retry-After',
      'X-Progress',
      'WWW-Authenticate',
      'X-Request-Id',
      'X-Security-Context',
    ],
    maxAge: 600,
  })
}

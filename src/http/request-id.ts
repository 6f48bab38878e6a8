import { randomUUID } from 'node:crypto'

const sane = /^[A-Za-z0-9._-]{8,64}$/

/** The caller's X-Request-Id, so that one id follows a request through every system, unless it could break a log line. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && sane.test(header) ? header : randomUUID()
}

import { type DestinationStream, type Logger, pino } from 'pino'
import { Refusal } from '#fhir/refusal.ts'
import type { AccessRecord } from './access-record.ts'

/** Where the line of a request goes as it is: pino would take a twentieth of a read to build it. */
const destinations = new WeakMap<Logger, DestinationStream>()

export function createLogger(level: string, destination: DestinationStream = openStandardOutput()): Logger {
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
  }
  const logger = pino(options, destination)
  destinations.set(logger, destination)
  return logger
}

/** A write per line would cost a request more than its routing; pino itself writes the rest when the process ends. */
function openStandardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, minLength: 12_288 })
  setInterval(() => output.flush(), 250).unref()
  return output
}

/** One line a request: who asked what of which resource, and how it went. */
export function logAccess(logger: Logger, record: AccessRecord, status: number, cause?: unknown): void {
  const level = status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
  if (!logger.isLevelEnabled(level)) return
  const { requestId, method, interaction, tenant, type, id, client, arrived } = record
  const ms = Math.round((performance.now() - arrived) * 100) / 100
  const line = { requestId, method, interaction, tenant, type, id, status, ms, client }
  const destination = destinations.get(logger)
  if (cause !== undefined || destination === undefined) logger[level]({ ...line, err: cause }, 'request')
  else destination.write(`${JSON.stringify({ level, time: Date.now(), ...line, msg: 'request' })}\n`)
}

/** Errors whose text is the program's own words; any other may quote what it choked on, and that may be a patient's. */
const ownWords = new Set(['TypeError', 'RangeError', 'ReferenceError', 'AssertionError'])

interface Described {
  readonly name: string
  readonly code?: string
  readonly kind?: string
  readonly expression?: readonly string[]
  readonly message?: string
  readonly at?: readonly string[]
  readonly cause?: Described
}

/**
 * What may be told of an error. PostgreSQL's and the parsers' messages, details and queries hold values of resources:
 * their code, the constraint and the place in the program are enough to find the fault.
 */
export function describeError(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { name: typeof error }
  const { code, syscall } = error as NodeJS.ErrnoException
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error instanceof Refusal ? describeRefusal(error) : {}),
    ...(ownWords.has(error.name) || syscall !== undefined ? { message: error.message } : {}),
    ...databaseFields(error),
    ...(error instanceof Refusal && error.kind !== 'fault' ? {} : { at: framesOf(error) }),
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: describeError(error.cause, depth + 1) }),
  }
}

function describeRefusal(refusal: Refusal): Partial<Described> {
  const expression = refusal.issues.flatMap((issue) => issue.expression ?? []).slice(0, 10)
  return { kind: refusal.kind, ...(expression.length === 0 ? {} : { expression }) }
}

function databaseFields(error: Error): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of ['severity', 'table', 'column', 'constraint', 'routine']) {
    const value = (error as unknown as Record<string, unknown>)[name]
    if (typeof value === 'string') found[name] = value
  }
  return found
}

/** The stack without its first lines, which repeat the message. */
function framesOf(error: Error): readonly string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, 8)
    .map((line) => line.slice(7))
}

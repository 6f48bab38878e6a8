import pg from 'pg'
import { Refusal } from '#fhir/refusal.ts'

/** What PostgreSQL's codes mean here; no other file looks at them. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const raceLost = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
])
const gone = new Set([
  ...['08000', '08001', '08003', '08004', '08006', '08007'], // connection exceptions but protocol_violation, which is ours
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '53300', // too_many_connections
  '53100', // disk_full
  '53200', // out_of_memory
  '25P03', // idle_in_transaction_session_timeout
  '25006', // read_only_sql_transaction: a replica, or a primary that was demoted
])
const unreachable = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'],
])
const uniqueViolation = '23505'
const exclusionViolation = '23P01'
const queryCanceled = '57014'
const lockNotAvailable = '55P03'
const missingReference = 'AL001'
const guardRefused = 'AL003'
const insufficientPrivilege = '42501'

export function translateError(error: unknown): unknown {
  if (error instanceof Refusal || !(error instanceof Error)) return error
  const { code, detail } = error as Error & { code?: string; detail?: string }
  if (error instanceof pg.DatabaseError) return translateAnswer(code ?? '', detail, error)
  if ((code !== undefined && unreachable.has(code)) || connectionLost.test(error.message))
    return unavailable(error)
  return error
}

/** What a start cannot do for want of rights is for a DBA; whoever answers requests has all rights it needs. */
export function translateMigrationError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || error.code !== insufficientPrivilege)
    return translateError(error)
  return new Refusal(
    'unavailable',
    `The user of DATABASE_URL lacks a right (${error.message}): docs/database.md has what a DBA runs once.`,
    { cause: error },
  )
}

/** pg gives these no code. */
const connectionLost =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Connection ended|Query read timeout|timeout expired)/

function translateAnswer(code: string, detail: string | undefined, cause: Error): unknown {
  if (code === missingReference)
    return new Refusal('unprocessable', `There is no ${detail}: refer to a resource that exists.`, { cause })
  if (code === exclusionViolation || code === uniqueViolation)
    return new Refusal('conflict', 'This collides with something written before it.', { cause })
  if (raceLost.has(code) || code === guardRefused)
    return new Refusal('conflict', 'Others kept changing the same resources: try again.', { cause })
  if (code === queryCanceled || code === lockNotAvailable)
    return new Refusal('timeout', 'This took longer than the server allows: ask for less at once.', {
      cause,
      headers: { 'Retry-After': '5' },
    })
  if (gone.has(code)) return unavailable(cause)
  if (auditRefused.test(cause.message)) return unrecorded(cause)
  return cause
}

/** Whatever the reason is why the log takes no event, what should be in it must not happen. */
const auditRefused = /\baudit_(?:row|form)\b|\baudit_row_/

function unrecorded(cause: unknown): Refusal {
  return new Refusal(
    'unavailable',
    'The audit trail cannot be written, so nothing is done: try again shortly.',
    {
      cause,
      headers: { 'Retry-After': '5' },
    },
  )
}

function unavailable(cause: unknown): Refusal {
  return new Refusal('unavailable', 'The database does not answer at the moment: try again shortly.', {
    cause,
    headers: { 'Retry-After': '2' },
  })
}

/** Someone else made this version first, or PostgreSQL asks for another attempt: the same work may now succeed. */
export function isLostRace(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  const { code, constraint } = error
  if (code !== undefined && raceLost.has(code)) return true
  return code === uniqueViolation && constraint !== undefined && versionKey.test(constraint)
}

/** What a transaction had foreseen is not so: it asks first when it tries again. */
export function isGuardRefused(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError && (error.code === guardRefused || error.code === exclusionViolation)
  )
}

/** PostgreSQL read the statement and kept nothing of it; a lost connection leaves that open. */
export function isRefusedStatement(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code !== undefined && !gone.has(error.code)
}

/** history_pkey, and the primary key of every type's table. */
const versionKey = /^[a-z]+_pkey$/

/** The references that the write found pointing to nothing; undefined for any other error. */
export function missingReferences(error: unknown): readonly string[] | undefined {
  if (!(error instanceof pg.DatabaseError) || error.code !== missingReference) return undefined
  return error.detail?.split(' ') ?? []
}

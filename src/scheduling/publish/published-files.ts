import { createHash } from 'node:crypto'
import { dateRange } from '#fhir/partial-date.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { PublishedRequest } from '#interaction/published-request.ts'
import type { Transaction } from '#store/store.ts'
import { freshSeconds, lookAgain, type PublishParts } from './look-again.ts'
import { originMark } from './slot-lines.ts'

export interface PublishedParts extends PublishParts {
  readonly isPublic: (tenant: string) => boolean
  /** Each answer is recorded before it is given. */
  readonly record: (request: PublishedRequest) => Promise<void>
}

interface FileState {
  readonly file: string
  readonly digest: string
  readonly changed: Date
}

/** https://github.com/smart-on-fhir/smart-scheduling-links; undefined: this clinic publishes nothing by that name. */
export async function readPublished(
  parts: PublishedParts,
  request: PublishedRequest,
): Promise<FhirResponse | undefined> {
  const { tenant, file } = request
  if (!parts.isPublic(tenant)) return undefined
  if (file !== undefined && !fileForm.test(file)) return undefined
  const since = readSince(request.since, parts.timeZone)
  await lookAgain(parts, tenant)
  const tx = parts.database.asSystem(tenant)
  const states = await tx.transaction((own) => loadStates(own, since))
  const own = file === undefined ? undefined : states.find((one) => `${one.file}.ndjson` === file)
  // Of a file nothing may have changed since; that it is there must be known all the same.
  if (file !== undefined && own === undefined && since === undefined) return undefined
  await parts.record(request)
  const told = file === undefined ? states : own === undefined ? [] : [own]
  const head = headOf(told, request)
  if (isKnown(head, request)) return { status: 304, ...head }
  if (file === undefined) {
    const regions = await tx.transaction(loadRegions)
    return {
      status: 200,
      ...head,
      contentType: 'application/json; charset=utf-8',
      body: buildManifest(states, regions, request, parts.clock()),
    }
  }
  return {
    status: 200,
    ...head,
    contentType: 'application/fhir+ndjson',
    stream: sendParts(parts, request, file.slice(0, -'.ndjson'.length), since),
  }
}

const fileForm = /^(?:locations|schedules|errors|slots-\d{4}-\d\d-\d\d)\.ndjson$/

function readSince(text: string | undefined, timeZone: string): Date | undefined {
  if (text === undefined) return undefined
  const range = dateRange(text, timeZone)
  if (range !== undefined) return new Date(range.start)
  throw new Refusal('value', '_since must be a time such as 2026-11-21T08:00:00Z: in an address, + is %2B.', {
    expression: '_since',
  })
}

function loadStates(tx: Transaction, since: Date | undefined): Promise<readonly FileState[]> {
  return tx.query<FileState>(
    `SELECT file, max(changed) AS changed, string_agg(part || ' ' || digest, ' ' ORDER BY part) AS digest
     FROM published_part WHERE tenant = $1 AND file <> 'states' AND ($2::timestamptz IS NULL OR changed > $2)
     GROUP BY file HAVING $2::timestamptz IS NOT NULL OR bool_or(text <> '') ORDER BY file`,
    [tx.tenant, since ?? null],
  )
}

async function loadRegions(tx: Transaction): Promise<readonly string[]> {
  const [row] = await tx.query<{ text: string }>(
    `SELECT text FROM published_part WHERE tenant = $1 AND file = 'states'`,
    [tx.tenant],
  )
  return row === undefined ? [] : (JSON.parse(row.text) as readonly string[])
}

function headOf(states: readonly FileState[], { base, file, since }: PublishedRequest) {
  const about = [base, file, since, ...states.flatMap((one) => [one.file, one.digest])]
  const tag = createHash('sha256').update(JSON.stringify(about)).digest('base64url').slice(0, 27)
  const changed = lastChange(states)
  return {
    etag: `"${tag}"`,
    ...(changed !== undefined && { lastModified: changed }),
    headers: { 'Cache-Control': `public, max-age=${freshSeconds}` },
  }
}

function lastChange(states: readonly FileState[]): Date | undefined {
  if (states.length === 0) return undefined
  return new Date(Math.max(...states.map(({ changed }) => changed.getTime())))
}

/** RFC 9110, 13.2.2: the date counts where no tag is sent. */
function isKnown(
  { etag, lastModified }: { readonly etag: string; readonly lastModified?: Date },
  { ifNoneMatch, ifModifiedSince }: PublishedRequest,
): boolean {
  if (ifNoneMatch !== undefined)
    return ifNoneMatch.split(',').some((one) => [etag, `W/${etag}`, '*'].includes(one.trim()))
  const known = Date.parse(ifModifiedSince ?? '')
  return lastModified !== undefined && Math.floor(lastModified.getTime() / 1000) * 1000 <= known
}

const types = { locations: 'Location', schedules: 'Schedule', errors: 'OperationOutcome' } as const

function buildManifest(
  states: readonly FileState[],
  regions: readonly string[],
  { base, since }: PublishedRequest,
  now: Date,
): string {
  const query = since === undefined ? '' : `?_since=${encodeURIComponent(since)}`
  const request = `${base}/$bulk-publish`
  const entries = states.map(({ file }) => ({
    type: types[file as keyof typeof types] ?? 'Slot',
    url: `${request}/${file}.ndjson${query}`,
    extension: { state: regions },
  }))
  return JSON.stringify({
    // When what it leads to became what it is: to be given back as _since.
    transactionTime: lastChange(states)?.toISOString() ?? since ?? now.toISOString(),
    request: `${request}${query}`,
    output: entries.filter(({ type }) => type !== 'OperationOutcome'),
    error: entries.filter(({ type }) => type === 'OperationOutcome').map(({ type, url }) => ({ type, url })),
  })
}

/** A calendar's week at a time, however large the clinic. */
async function* sendParts(
  { database }: PublishParts,
  { tenant, base }: PublishedRequest,
  file: string,
  since: Date | undefined,
): AsyncGenerator<string> {
  const { origin } = new URL(base)
  let after = ''
  for (let first = true; ; first = false) {
    const [next] = await database.asSystem(tenant).transaction((tx) =>
      tx.query<{ part: string; text: string }>(
        `SELECT part, text FROM published_part
         WHERE tenant = $1 AND file = $2 AND (part > $3 OR $4) AND ($5::timestamptz IS NULL OR changed > $5) ORDER BY part LIMIT 1`,
        [tenant, file, after, first, since ?? null],
      ),
    )
    if (next === undefined) return
    after = next.part
    yield file.startsWith('slots-') ? next.text.replaceAll(originMark, origin) : next.text
  }
}

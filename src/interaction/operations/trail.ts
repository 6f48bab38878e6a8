import { howToVerify } from '#audit/seals/how-to-verify.ts'
import { TrailExport, type TrailSource } from '#audit/seals/trail-export.ts'
import type { RecordSecurityEvent } from '#audit/security-event.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Operation, OperationCall } from '../operation.ts'
import { loadOperationDefinition } from './operation-definition.ts'

export interface TrailParts {
  /** A connection of its own for each export, which may take minutes. */
  readonly open: () => Promise<TrailSource & AsyncDisposable>
  /** Public keys by their ids, as PEM. */
  readonly keys: () => Readonly<Record<string, string>>
  readonly record: RecordSecurityEvent
  readonly clock: () => Date
}

type Part = keyof typeof parts

const ndjson = 'application/fhir+ndjson'
const parts = {
  manifest: 'application/json; charset=utf-8',
  events: ndjson,
  seals: ndjson,
  csv: 'text/csv; charset=utf-8',
  'how-to': 'text/markdown; charset=utf-8',
} as const

/** Each holds a connection to the database. */
const mostAtOnce = 3

/** The audit trail with what proves it, for auditors: `npm run audit:verify -- --export` takes the parts as files. */
export function createTrail(trail: TrailParts): Operation {
  let underWay = 0
  /** Opens its connection when it is asked for the first line: whoever has gone by then leaves none behind. */
  async function* send(
    part: 'events' | 'seals' | 'csv',
    call: OperationCall,
    upTo: number,
  ): AsyncGenerator<string> {
    underWay++
    try {
      await using source = await trail.open()
      yield* (await openExport(source, call, trail.clock(), upTo))[part]()
    } finally {
      underWay--
    }
  }
  return {
    definition: loadOperationDefinition('audit-event-trail'),
    async invoke(call) {
      const { principal } = call
      if (!principal.may('AuditEvent', 's') || principal.visible('AuditEvent') !== 'all')
        throw new Refusal('forbidden', 'Only auditors may ask for the audit trail.')
      const part = readPart(call)
      if (part === 'how-to') return { status: 200, body: howToVerify, contentType: parts[part] }
      if (underWay >= mostAtOnce)
        throw new Refusal('unavailable', 'Other exports of the audit trail are under way: try again later.', {
          headers: { 'Retry-After': '30' },
        })
      underWay++
      try {
        await using source = await trail.open()
        const found = await openExport(source, call, trail.clock())
        if (part === 'manifest') {
          const body = JSON.stringify({ ...found.manifest, keys: trail.keys() }, undefined, 2)
          return { status: 200, body, contentType: parts[part] }
        }
        await recordExport(trail, call, part, found)
        return { status: 200, stream: send(part, call, found.manifest.head.number), contentType: parts[part] }
      } finally {
        underWay--
      }
    },
  }
}

async function openExport(
  source: TrailSource,
  call: OperationCall,
  now: Date,
  upTo = call.parameters.get('upTo')?.[0] as number | undefined,
): Promise<TrailExport> {
  const { principal } = call
  const wish = {
    tenant: principal.tenant,
    since: readMonth(call, 'since'),
    until: readMonth(call, 'until'),
    upTo,
  }
  const found =
    upTo !== undefined && (!Number.isSafeInteger(upTo) || upTo < 0)
      ? undefined
      : await TrailExport.open(source, wish, now)
  if (found === undefined)
    throw new Refusal('not-found', 'The audit trail has no such entry: the first one is made within seconds.')
  return found
}

function readPart({ parameters }: OperationCall): Part {
  const part = (parameters.get('part')?.[0] as string | undefined) ?? 'manifest'
  if (Object.hasOwn(parts, part)) return part as Part
  throw new Refusal('value', `There is no such part: it is one of ${Object.keys(parts).join(', ')}.`, {
    expression: 'part',
  })
}

function readMonth({ parameters }: OperationCall, name: 'since' | 'until'): string | undefined {
  const month = parameters.get(name)?.[0] as string | undefined
  if (month === undefined || /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month)) return month
  throw new Refusal('value', `${name} is a month such as 2026-01.`, { expression: name })
}

/** Before the first line leaves. */
async function recordExport(
  { record }: TrailParts,
  { principal, request }: OperationCall,
  part: Part,
  { manifest }: TrailExport,
): Promise<void> {
  const { fhirUser, clientId, tokenId, roles } = principal
  const { address } = request.headers
  await record(principal.tenant, {
    deed: 'audit-exported',
    description: `${part}, ${manifest.events} events`,
    clientId,
    tokenId,
    requestId: request.requestId,
    ...(address !== undefined && { address }),
    ...(fhirUser !== undefined && { user: { reference: fhirUser, roles } }),
    details: { head: String(manifest.head.number) },
  })
}

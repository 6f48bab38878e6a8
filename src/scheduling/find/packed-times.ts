import type { Interval } from '../availability/interval.ts'
import type { Claim } from './busy.ts'

/** PostgreSQL's own form of an instant: text and JSON of tens of thousands of them cost both sides several times as much. */
const instantBytes = 8
const timeBytes = 2 * instantBytes
const claimBytes = timeBytes + 4
/** It counts microseconds from 2000-01-01. */
const epoch = Date.UTC(2000, 0)

/** Beginnings and ends, sorted here: an aggregate keeps no order that it is not asked for. */
export function readTimes(packed: Buffer): readonly Interval[] {
  const times: Interval[] = []
  for (let at = 0; at < packed.length; at += timeBytes)
    times.push({ start: readInstant(packed, at), end: readInstant(packed, at + instantBytes) })
  return times.sort((a, b) => a.start - b.start || a.end - b.end)
}

export function readClaims(packed: Buffer): readonly Claim[] {
  const claims: Claim[] = []
  for (let at = 0; at < packed.length; at += claimBytes)
    claims.push({
      start: readInstant(packed, at),
      end: readInstant(packed, at + instantBytes),
      capacity: packed.readInt32BE(at + timeBytes),
    })
  return claims
}

function readInstant(packed: Buffer, at: number): number {
  return epoch + (packed.readInt32BE(at) * 4_294_967_296 + packed.readUInt32BE(at + 4)) / 1_000
}

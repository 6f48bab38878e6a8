import { hash } from 'node:crypto'
import { canonicalJson } from '#fhir/canonical-json.ts'

/**
 * What is signed: an entry of a clinic's chain, as canonical JSON. Each names the hash of the entry before, so that
 * none can be taken out, put in or moved.
 */
export type Statement = Genesis | Seal | Rotation | Tombstone

interface Entry {
  readonly installation: string
  readonly tenant: string
  /** From 0, without gaps. */
  readonly number: number
  /** SHA-256 of the statement before, in hex; zeros at the beginning. */
  readonly previous: string
  readonly time: string
  /** Of the key that signs this. */
  readonly kid: string
}

/** The first entry names the installation, the clinic and the first key. */
export interface Genesis extends Entry {
  readonly kind: 'genesis'
  readonly publicKey: string
}

/** Covers events of one month, in the order of their ids. */
export interface Seal extends Entry {
  readonly kind: 'seal'
  readonly month: string
  /** Number of the first event in the clinic's log, from 1; the others follow without gaps. */
  readonly first: number
  readonly count: number
  /** Merkle root of the events' hashes, in hex. */
  readonly root: string
  /** All events of transactions below this one are sealed. */
  readonly until: string
  /** Nothing that was committed by then was left for the next seal. */
  readonly whole: boolean
}

/** Signed with the old key; what follows is signed with the new one. */
export interface Rotation extends Entry {
  readonly kind: 'rotation'
  readonly next: string
  readonly publicKey: string
}

/** A month's events were dropped when the clinic's period was over; its seals stay. */
export interface Tombstone extends Entry {
  readonly kind: 'tombstone'
  readonly month: string
  readonly count: number
  /** First and last seal of the month, and the hash of the last. */
  readonly from: number
  readonly to: number
  readonly last: string
}

export const genesisPrevious = '0'.repeat(64)

export function writeStatement(statement: Statement): string {
  return canonicalJson(statement)
}

export function readStatement(text: string): Statement {
  return JSON.parse(text) as Statement
}

export function statementHash(text: string): string {
  return hash('sha256', text, 'hex')
}

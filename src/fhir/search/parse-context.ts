import type { Definitions } from '../definitions.ts'
import { Budget } from './limits.ts'

export interface ClauseOptions {
  /** This clinic's FHIR base: references below it are local. */
  readonly base?: string
  /** IANA name: where dates without a zone are meant. */
  readonly timeZone: string
  /** What `ap` measures its tenth from. */
  readonly now?: Date
}

/** What every part of one parse shares. */
export interface ParseContext {
  readonly definitions: Definitions
  readonly base: string | undefined
  readonly timeZone: string
  readonly now: number
  readonly budget: Budget
}

export function openContext(definitions: Definitions, options: ClauseOptions): ParseContext {
  return {
    definitions,
    base: options.base,
    timeZone: options.timeZone,
    now: options.now?.getTime() ?? Date.now(),
    budget: new Budget(),
  }
}

/** Links passed on the way to this parameter, and the name under which a refusal speaks of it. */
export interface Place {
  readonly depth: number
  /** The parameter as the caller wrote it. */
  readonly expression: string
}

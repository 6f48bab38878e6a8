import { type ElementType, impliedSystemOf } from './element-type.ts'
import type { Run, Visit } from './extract-path.ts'
import type { TokenValue } from './index-values.ts'

type Node = Readonly<Record<string, unknown>>

export function tokenOfCode(type: ElementType): Visit {
  const system = impliedSystemOf(type)
  return (value, run) => {
    const code = typeof value === 'boolean' ? String(value) : text(value)
    if (code === undefined) return
    run.values.push(system === undefined ? { kind: 'token', code } : { kind: 'token', system, code })
  }
}

export function visitCoding(value: unknown, run: Run): void {
  const { system, code, display } = value as Node
  pushToken(run, text(system), text(code), text(display))
}

export function visitCodeableConcept(value: unknown, run: Run): void {
  const { coding, text: written } = value as Node
  for (const one of list(coding)) if (one !== null) visitCoding(one, run)
  if (typeof written === 'string') pushToken(run, undefined, undefined, text(written))
}

function pushToken(
  run: Run,
  system: string | undefined,
  code: string | undefined,
  display: string | undefined,
): void {
  if (system === undefined && code === undefined && display === undefined) return
  const token: { -readonly [K in keyof TokenValue]: TokenValue[K] } = { kind: 'token' }
  if (system !== undefined) token.system = system
  if (code !== undefined) token.code = code
  if (display !== undefined) token.text = display
  run.values.push(token)
}

export function visitIdentifier(value: unknown, run: Run): void {
  const { system, value: code, type } = value as Node
  const before = run.values.length
  const { coding, text: written } = (type ?? {}) as Node
  pushToken(run, text(system), text(code), text(written))
  if (coding === undefined || run.values.length === before) return
  const ofType = list(coding).flatMap((one) => {
    const { system: typeSystem, code: typeCode } = (one ?? {}) as Node
    if (typeof typeCode !== 'string') return []
    return typeof typeSystem === 'string' ? [{ system: typeSystem, code: typeCode }] : [{ code: typeCode }]
  })
  if (ofType.length > 0) run.values[before] = { ...(run.values[before] as TokenValue), ofType }
}

/** `telecom=phone|555…`: R4 gives ContactPoint no system, and servers commonly take the kind of contact for one. */
export function visitContactPoint(value: unknown, run: Run): void {
  const { system, value: code } = value as Node
  if (text(code) !== undefined) pushToken(run, text(system), text(code), undefined)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

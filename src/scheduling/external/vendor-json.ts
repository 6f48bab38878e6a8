import { SourceFault } from './busy-source.ts'
import { type Ask, checkedUrl, collect, type FetchLimits, requestGuarded } from './guarded-request.ts'

export interface VendorAnswer {
  readonly status: number
  readonly body: unknown
}

/** A question to a vendor's own interface, which answers with JSON, also when it refuses; it redirects nobody. */
export async function askVendor(
  address: string,
  ask: Ask,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<VendorAnswer> {
  const url = checkedUrl(address, limits)
  const headers = { Accept: 'application/json', ...ask.headers }
  const response = await requestGuarded(url, { ...ask, method: 'POST', headers }, limits, signal)
  const text = await collect(response, limits, signal)
  const status = response.statusCode ?? 0
  try {
    return { status, body: JSON.parse(text) }
  } catch {
    throw new SourceFault(`The calendar answers with status ${status} and no JSON.`)
  }
}

/**
 * The one word by which a vendor says what is wrong, and never its sentence, which may name people:
 * `{"error":"invalid_grant"}`, `{"error":{"status":"PERMISSION_DENIED"}}`, `{"error":{"code":"ErrorAccessDenied"}}`.
 */
export function refusedWith({ status, body }: VendorAnswer): SourceFault {
  const { error } = (body ?? {}) as { error?: unknown }
  const { status: name, code } = (error ?? {}) as { status?: unknown; code?: unknown }
  const word = wordOf(error) ?? wordOf(name) ?? wordOf(code)
  return new SourceFault(`The calendar answers with status ${status}${word ? ` (${word})` : ''}.`)
}

export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.]{0,79}$/.test(value) ? value : undefined
}

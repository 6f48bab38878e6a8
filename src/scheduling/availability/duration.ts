/** Of UCUM, those that our profiles allow, and seconds. */
const milliseconds: Readonly<Record<string, number>> = {
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  wk: 604_800_000,
}

/** A FHIR Duration in milliseconds; undefined when it is none. Days are 24 hours: notice is elapsed time. */
export function readDuration(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { value: amount, code, unit } = value as { value?: unknown; code?: unknown; unit?: unknown }
  // Numbers that JavaScript would rewrite come as raw JSON objects.
  const number = amount === undefined ? Number.NaN : Number(JSON.stringify(amount))
  const each = milliseconds[String(code ?? unit)]
  return each === undefined || !Number.isFinite(number) || number < 0 ? undefined : number * each
}

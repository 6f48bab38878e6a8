/** A resource as text that is the same for the same content: keys sorted, numbers as they were written. */
export function canonical(resource: unknown): string {
  return JSON.stringify(resource, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || JSON.isRawJSON(value))
      return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

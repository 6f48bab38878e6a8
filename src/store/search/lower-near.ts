import type { SearchValue } from '#fhir/search-query.ts'
import type { Layout } from './layout.ts'
import { type Lowering, never } from './lowering.ts'

const earthRadius = 6371.0088
const kilometresPerDegree = (Math.PI * earthRadius) / 180

/** Great-circle distance; the band of latitudes is what the index can narrow by. */
export function nearPredicate(
  lowering: Lowering,
  alias: string,
  layout: Layout & { shape: 'position' },
  value: SearchValue,
): string {
  if (value.kind !== 'near') return never
  const { bind } = lowering
  const latitude = `${alias}.${layout.latitude}`
  const longitude = `${alias}.${layout.longitude}`
  const reach = value.kilometres / kilometresPerDegree + 1e-9
  const band = `${latitude} BETWEEN ${bind(value.latitude - reach)} AND ${bind(value.latitude + reach)}`
  const here = bind(value.latitude)
  const haversine =
    `power(sin(radians(${latitude} - ${here}) / 2), 2)` +
    ` + cos(radians(${here})) * cos(radians(${latitude})) * power(sin(radians(${longitude} - ${bind(value.longitude)}) / 2), 2)`
  const distance = `${2 * earthRadius} * asin(sqrt(least(1, ${haversine})))`
  return `(${band} AND ${distance} <= ${bind(value.kilometres)})`
}

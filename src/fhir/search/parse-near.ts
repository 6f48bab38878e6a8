import { Refusal } from '../refusal.ts'
import type { SearchValue } from '../search-query.ts'
import { splitUnescaped } from './split.ts'

const kilometresIn: Readonly<Record<string, number>> = { km: 1, m: 0.001, '[mi_i]': 1.609344, mi: 1.609344 }
/** Across a city: what someone means who asks for a clinic nearby and names no distance. */
const usualDistance = 10
const farthest = 20_040

/** https://hl7.org/fhir/R4/location.html#search: latitude|longitude|distance|units, kilometres unless told. */
export function parseNear(text: string, expression: string): SearchValue {
  const [latitude, longitude, distance = '', unit = '', ...rest] = splitUnescaped(text, '|')
  const scale = kilometresIn[unit === '' ? 'km' : unit]
  const place = { latitude: decimal(latitude), longitude: decimal(longitude) }
  const reach = distance === '' ? usualDistance : decimal(distance) * (scale ?? Number.NaN)
  const valid =
    rest.length === 0 && Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180 && reach >= 0
  if (!valid) {
    throw new Refusal('value', '"near" takes latitude|longitude|distance|units with units km, m or [mi_i].', {
      expression,
    })
  }
  return { kind: 'near', ...place, kilometres: Math.min(reach, farthest) }
}

function decimal(text = ''): number {
  return /^-?\d{1,9}(\.\d{1,30})?$/.test(text) ? Number(text) : Number.NaN
}

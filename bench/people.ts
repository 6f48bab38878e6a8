/** Made-up data, the same for every run and for both servers: resource number i always looks alike. */

const consonants = 'bcdfghjklmnprstvzšřž'
const vowels = 'aeiou'
const givenNames = ['Anna', 'Jan', 'Eva', 'Petr', 'Marie', 'Tomáš', 'Lucie', 'Jakub', 'Hana', 'Martin']

/** A family is so large at every size of the database: the same question has the same answer's length. */
export const familySize = 40
export const slotsPerSchedule = 1_000
const slotsPerDay = 40

/** SplitMix32: a number from 0 to 2^32 - 1 for each i. */
export function scatter(i: number): number {
  let x = (i + 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

export function familyOf(group: number): string {
  let name = ''
  for (let syllable = 0; syllable < 4; syllable++) {
    const bits = scatter(group * 4 + syllable)
    name += `${consonants[bits % 20]}${vowels[(bits >>> 8) % 5]}`
  }
  return name[0]?.toUpperCase() + name.slice(1)
}

export const patientId = (i: number): string => `p-${i}`
export const scheduleId = (i: number): string => `schedule-${i}`
export const mrnSystem = 'https://clinic.example/mrn'

const two = (n: number) => String(n).padStart(2, '0')

/** JSON text without id; about a kilobyte, as patients are. */
export function patientBody(i: number, id?: string): string {
  const bits = scatter(i)
  const family = familyOf(Math.floor(i / familySize))
  const given = givenNames[bits % 10]
  const birthDate = `${1940 + (i % 80)}-${two(1 + (bits % 12))}-${two(1 + ((bits >>> 4) % 28))}`
  return `{"resourceType":"Patient",${id === undefined ? '' : `"id":"${id}",`}"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">${given} ${family}, born ${birthDate}</div>"},"identifier":[{"use":"usual","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"${mrnSystem}","value":"mrn-${i}"}],"active":true,"name":[{"use":"official","family":"${family}","given":["${given}","${givenNames[(bits >>> 8) % 10]}"]}],"telecom":[{"system":"phone","value":"+420 ${600000000 + (bits % 100000000)}","use":"mobile"},{"system":"email","value":"patient${i}@example.org"}],"gender":"${bits & 1 ? 'female' : 'male'}","birthDate":"${birthDate}","address":[{"use":"home","line":["Dlouhá ${bits % 200}"],"city":"Praha","postalCode":"1${bits % 10000}","country":"CZ"}],"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"cs"}]},"preferred":true}]}`
}

export const practitionerBody = (i: number): string =>
  `{"resourceType":"Practitioner","id":"practitioner-${i}","active":true,"name":[{"family":"${familyOf(i)}","given":["${givenNames[i % 10]}"]}]}`

export const scheduleBody = (i: number): string =>
  `{"resourceType":"Schedule","id":"${scheduleId(i)}","active":true,"actor":[{"reference":"Practitioner/practitioner-${Math.floor(i / 10)}"}]}`

/** Day 0 is Monday 4 January 2027. */
export const dayStart = (day: number): string =>
  new Date(Date.UTC(2027, 0, 4 + day)).toISOString().slice(0, 10)

export function slotBody(i: number): string {
  const place = i % slotsPerSchedule
  const start = Date.UTC(2027, 0, 4 + Math.floor(place / slotsPerDay), 8) + (place % slotsPerDay) * 900_000
  const time = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`
  return `{"resourceType":"Slot","id":"slot-${i}","serviceType":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/service-type","code":"124","display":"General Practice"}]}],"schedule":{"reference":"Schedule/${scheduleId(Math.floor(i / slotsPerSchedule))}"},"status":"${scatter(i) % 10 < 7 ? 'free' : 'busy'}","start":"${time(start)}","end":"${time(start + 900_000)}"}`
}

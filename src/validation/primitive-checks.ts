import { isDate, isDateTime, isInstant, isTime } from '#fhir/partial-date.ts'
import { narrativeFault } from './narrative.ts'
import type { Check } from './place.ts'

/** https://hl7.org/fhir/R4/datatypes.html#primitive, each form with the sentence that mends it. */

const idForm = /^[A-Za-z0-9\-.]{1,64}$/
const codeForm = /^[^\s]+(?: [^\s]+)*$/
const uriForm = /^\S+$/
const oidForm = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/
/** "UUIDs … use all lowercase": https://hl7.org/fhir/R4/datatypes.html#uri. */
const uuidForm = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Where one of R4's own published examples has capitals. */
const capitalsShown: ReadonlySet<string> = new Set(['CapabilityStatement.url'])
const base64Form = /^[0-9a-zA-Z+/]*={0,2}$/
const visible = /\S/
/** "Strings SHALL NOT contain Unicode character points below 32, except for u0009, u000D and u000A." */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/
/** "Note that strings SHALL NOT exceed 1MB (1024*1024 characters) in size." */
const longestString = 1_048_576

export function isId(text: string): boolean {
  return idForm.test(text)
}

const string: Check = (value, place) => {
  if (typeof value !== 'string') place.refuse('structure', `must be a JSON string; ${filled}`)
  else if (value === '' || value.length > longestString || control.test(value)) place.refuse('value', filled)
  else if (!visible.test(value))
    place.warn('value', 'holds nothing but blanks; leave the element out when there is no text.')
}

function isBase64(text: string): boolean {
  const digits = text.length % 4 === 0 && base64Form.test(text) ? text : text.replace(/\s+/g, '')
  return digits.length > 0 && digits.length % 4 === 0 && base64Form.test(digits)
}

function isUri(text: string): boolean {
  if (!uriForm.test(text)) return false
  if (text.startsWith('urn:uuid:')) return uuidForm.test(text)
  return !text.startsWith('urn:oid:') || oidForm.test(text)
}

function text(accepts: (value: string) => boolean, sentence: string): Check {
  return (value, place) => {
    if (typeof value !== 'string') place.refuse('structure', `must be a JSON string; ${sentence}`)
    else if (!accepts(value)) place.refuse('value', sentence)
  }
}

function wholeNumber(least: number, sentence: string): Check {
  return (value, place) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 2147483647) return
    place.refuse(typeof value === 'number' ? 'value' : 'structure', sentence)
  }
}

const date = 'must be a date that exists, written YYYY, YYYY-MM or YYYY-MM-DD.'
const dateTime =
  'must be a date that exists (YYYY, YYYY-MM, YYYY-MM-DD) or a full time with seconds and zone, such as 2026-03-01T09:30:00+01:00.'
const filled =
  'must hold some text, at most a megabyte, without control characters; leave the element out when there is none.'
const uri =
  'must be a URI without white space (urn:uuid: in lower case and urn:oid: in their own form); leave the element out when there is none.'

export const primitiveChecks: ReadonlyMap<string, Check> = new Map([
  [
    'boolean',
    (value, place) => {
      if (typeof value !== 'boolean') place.refuse('structure', 'must be true or false, without quotes.')
    },
  ],
  [
    'decimal',
    (value, place) => {
      if (typeof value !== 'number' && !JSON.isRawJSON(value)) {
        place.refuse('structure', 'must be a JSON number, without quotes.')
      }
    },
  ],
  ['integer', wholeNumber(-2147483648, 'must be a whole number of 32 bits, without quotes or fraction.')],
  ['unsignedInt', wholeNumber(0, 'must be a whole number from 0 to 2147483647, without quotes or fraction.')],
  ['positiveInt', wholeNumber(1, 'must be a whole number from 1 to 2147483647, without quotes or fraction.')],
  ['string', string],
  ['markdown', string],
  [
    'xhtml',
    (value, place) => {
      if (typeof value !== 'string' || value === '')
        place.refuse('structure', 'must be a JSON string that holds XHTML.')
      else {
        const fault = narrativeFault(value)
        if (fault !== undefined) place.refuse('invariant', `${fault} (txt-1, txt-2)`)
      }
    },
  ],
  [
    'code',
    text(
      (value) => codeForm.test(value),
      'must be a code: no white space at its ends, single spaces within.',
    ),
  ],
  ['id', text(isId, 'must be 1 to 64 of the characters A-Z, a-z, 0-9, "-" and ".".')],
  ['uri', text(isUri, uri)],
  ['url', text(isUri, uri)],
  ['canonical', text(isUri, uri)],
  ['oid', text((value) => oidForm.test(value), 'must be an OID, written urn:oid:1.2.3.')],
  [
    'uuid',
    text(
      (value) => uuidForm.test(value),
      'must be a UUID, written urn:uuid:c757873d-ec9a-4326-a141-556f43239520.',
    ),
  ],
  ['base64Binary', text(isBase64, 'must be base64 text: groups of four characters, padded with "=".')],
  ['date', text(isDate, date)],
  ['dateTime', text(isDateTime, dateTime)],
  [
    'instant',
    text(
      isInstant,
      'must be an instant that exists, with seconds and zone, such as 2026-03-01T09:30:00.000Z.',
    ),
  ],
  ['time', text(isTime, 'must be a time of day, written HH:MM:SS.')],
] satisfies [string, Check][])

const uriWithCapitals = text((value) => isUri(value.toLowerCase()), uri)

/** The check for a value of a primitive type, where it stands. */
export function primitiveCheck(type: string, path: string): Check | undefined {
  return capitalsShown.has(path) ? uriWithCapitals : primitiveChecks.get(type)
}

/** Code systems without a list here whose codes can be told by their form. */
export interface OpenSystem {
  has(code: string): boolean
}

const byForm: readonly (readonly [system: string, form: RegExp])[] = [
  [
    'urn:ietf:bcp:47',
    /^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?$|^x(?:-[a-z\d]{1,8})+$/i,
  ],
  // FHIR's own "xml" and "json" are in daily use where a MIME type stands.
  ['urn:ietf:bcp:13', /^[\w!#$&^.+*-]{1,127}(?:\/[\w!#$&^.+*-]{1,127})?(?:\s*;[^\r\n]{1,500})?$/],
  ['http://unitsofmeasure.org', /^(?:[!-z|~]|\{[!-z|~]*\})+$/],
  ['urn:iso:std:iso:3166', /^(?:[A-Z]{2,3}|\d{3})$/],
  ['https://www.iana.org/time-zones', /^[A-Za-z][\w+-]*(?:\/[\w+-]+){0,2}$/],
  ['urn:iso:std:iso:3166:-2', /^[A-Z]{2}-[A-Z\d]{1,3}$/],
]

let currencies: ReadonlySet<string> | undefined

export const openSystems: ReadonlyMap<string, OpenSystem> = new Map<string, OpenSystem>([
  ...byForm.map(([system, form]) => [system, { has: (code: string) => form.test(code) }] as const),
  [
    'urn:iso:std:iso:4217',
    {
      has: (code: string) => {
        currencies ??= new Set([...Intl.supportedValuesOf('currency'), ...unlisted])
        return currencies.has(code)
      },
    },
  ],
])

/** Of ISO 4217, but no money in anybody's hand: funds, metals, testing. */
const unlisted = [
  'BOV',
  'CHE',
  'CHW',
  'CLF',
  'COU',
  'MXV',
  'USN',
  'UYI',
  'UYW',
  'VED',
  'SLE',
  'ZWG',
  'XAG',
  'XAU',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XPD',
  'XPT',
  'XSU',
  'XTS',
  'XUA',
  'XXX',
]

import type { Case } from './case.ts'

const base = 'http://example.org/fhir'
const somebody = {
  resourceType: 'Patient',
  id: 'ada',
  name: [{ family: 'Keller', given: ['Ada'] }],
  birthDate: '1980-05-06',
}
const note = {
  resourceType: 'Basic',
  id: 'note',
  code: { text: 'a note' },
  subject: { reference: 'Patient/ada' },
}
const outcome = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational' }],
}
const fullUrl = (id: string): string => `urn:uuid:c757873d-ec9a-4326-a141-55${id}`
const transactionNote = { ...note, id: undefined, subject: { reference: fullUrl('6f43239520') } }

/** One Bundle of each form that a server takes and gives. */
const bundles: Readonly<Record<string, object>> = {
  transaction: {
    type: 'transaction',
    entry: [
      {
        fullUrl: fullUrl('6f43239520'),
        resource: somebody,
        request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=1' },
      },
      {
        fullUrl: fullUrl('6f43239521'),
        resource: transactionNote,
        request: { method: 'POST', url: 'Basic' },
      },
      { request: { method: 'DELETE', url: 'Basic/old', ifMatch: 'W/"2"' } },
    ],
  },
  'transaction-response': {
    type: 'transaction-response',
    entry: [
      {
        response: {
          status: '201 Created',
          location: 'Patient/ada/_history/1',
          etag: 'W/"1"',
          lastModified: '2026-03-01T09:30:00.000Z',
        },
      },
      { response: { status: '204', outcome } },
    ],
  },
  searchset: {
    type: 'searchset',
    total: 1,
    link: [{ relation: 'self', url: `${base}/Basic?_include=Basic:subject` }],
    entry: [
      { fullUrl: `${base}/Basic/note`, resource: note, search: { mode: 'match', score: 1 } },
      { fullUrl: `${base}/Patient/ada`, resource: somebody, search: { mode: 'include' } },
    ],
  },
  history: {
    type: 'history',
    total: 2,
    entry: [
      {
        fullUrl: `${base}/Basic/note`,
        request: { method: 'DELETE', url: 'Basic/note' },
        response: { status: '204' },
      },
      {
        fullUrl: `${base}/Basic/note`,
        resource: note,
        request: { method: 'PUT', url: 'Basic/note' },
        response: { status: '201', etag: 'W/"1"' },
      },
    ],
  },
  collection: {
    type: 'collection',
    timestamp: '2026-03-01T09:30:00Z',
    identifier: { system: 'http://example.org/ids', value: 'c-1' },
    entry: [
      { fullUrl: `${base}/Patient/ada`, resource: somebody },
      { fullUrl: `${base}/Basic/note`, resource: note, link: [{ relation: 'about', url: `${base}/about` }] },
    ],
  },
}

export function buildBundles(): readonly Case[] {
  return Object.entries(bundles).map(([name, parts]) => ({
    name: `bundle/${name}`,
    text: JSON.stringify({ resourceType: 'Bundle', ...parts }),
  }))
}

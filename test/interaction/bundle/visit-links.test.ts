import { describe, expect, test } from 'vitest'
import { parseJson } from '#fhir/json.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { EntryLinks } from '#interaction/bundle/entry-links.ts'
import { visitLinks } from '#interaction/bundle/visit-links.ts'

const definitions = loadDefinitions()
const ada = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a'
const lab = 'urn:oid:1.2.3.4'
const elsewhere = 'http://example.org/fhir/Practitioner/7'

function links(): EntryLinks {
  const found = new EntryLinks()
  const add = (fullUrl: string, target: string) =>
    found.add({ expression: 'Bundle.entry[0]', method: 'POST', url: 'x', fullUrl }, target)
  add(ada, 'Patient/a1')
  add(lab, 'Organization/o1')
  add(elsewhere, 'Practitioner/p1')
  return found
}

function rewrite(resource: object, fullUrl?: string): Resource {
  const known = links()
  return visitLinks(resource as Resource, definitions, {
    reference: (text) => known.findReference(text, fullUrl),
    uri: (text, at) => {
      const target = known.findUri(text)
      return target !== undefined && at.isLink() ? target : undefined
    },
  })
}

describe('links to other entries become links to what they are stored as', () => {
  test('in references, at any depth, in extensions and contained resources', () => {
    const observation = {
      resourceType: 'Observation',
      contained: [
        {
          resourceType: 'Provenance',
          id: 'c',
          target: [{ reference: ada }],
          agent: [{ who: { reference: lab } }],
        },
      ],
      extension: [{ url: 'http://x', valueReference: { reference: ada } }],
      subject: {
        reference: ada,
        _reference: { extension: [{ url: 'http://y', valueReference: { reference: lab } }] },
      },
      performer: [{ reference: elsewhere }, { reference: lab }],
      component: [
        {
          code: {},
          extension: [{ url: 'http://z', extension: [{ url: 'q', valueReference: { reference: ada } }] }],
        },
      ],
    }
    expect(rewrite(observation)).toEqual({
      resourceType: 'Observation',
      contained: [
        {
          resourceType: 'Provenance',
          id: 'c',
          target: [{ reference: 'Patient/a1' }],
          agent: [{ who: { reference: 'Organization/o1' } }],
        },
      ],
      extension: [{ url: 'http://x', valueReference: { reference: 'Patient/a1' } }],
      subject: {
        reference: 'Patient/a1',
        _reference: { extension: [{ url: 'http://y', valueReference: { reference: 'Organization/o1' } }] },
      },
      performer: [{ reference: 'Practitioner/p1' }, { reference: 'Organization/o1' }],
      component: [
        {
          code: {},
          extension: [
            { url: 'http://z', extension: [{ url: 'q', valueReference: { reference: 'Patient/a1' } }] },
          ],
        },
      ],
    })
  })

  test('with what follows a #, and without the version they had elsewhere', () => {
    const list = {
      resourceType: 'List',
      entry: [{ item: { reference: `${ada}#name` } }, { item: { reference: `${elsewhere}/_history/4` } }],
    }
    expect(rewrite(list).entry).toEqual([
      { item: { reference: 'Patient/a1#name' } },
      { item: { reference: 'Practitioner/p1' } },
    ])
  })

  test('relative to the server that the entry comes from', () => {
    const encounter = {
      resourceType: 'Encounter',
      participant: [{ individual: { reference: 'Practitioner/7' } }],
    }
    expect(rewrite(encounter, 'http://example.org/fhir/Encounter/1').participant).toEqual([
      { individual: { reference: 'Practitioner/p1' } },
    ])
    expect(rewrite(encounter, 'http://other.org/fhir/Encounter/1')).toBe(encounter)
    expect(rewrite(encounter, 'urn:uuid:1')).toBe(encounter)
    expect(rewrite(encounter)).toBe(encounter)
  })

  test('in elements of type uri, url, oid and uuid, Attachment.url among them', () => {
    const document = {
      resourceType: 'DocumentReference',
      content: [{ attachment: { url: ada, title: ada } }],
      extension: [
        { url: 'a', valueUri: ada },
        { url: 'b', valueUrl: `${ada}#page` },
        { url: 'c', valueOid: lab },
        { url: 'd', valueUuid: ada },
      ],
      identifier: [{ system: lab, value: ada }],
      _status: { extension: [{ url: 'e', valueUri: lab }] },
    }
    expect(rewrite(document)).toEqual({
      resourceType: 'DocumentReference',
      content: [{ attachment: { url: 'Patient/a1', title: ada } }],
      extension: [
        { url: 'a', valueUri: 'Patient/a1' },
        { url: 'b', valueUrl: 'Patient/a1#page' },
        { url: 'c', valueOid: 'Organization/o1' },
        { url: 'd', valueUuid: 'Patient/a1' },
      ],
      identifier: [{ system: 'Organization/o1', value: ada }],
      _status: { extension: [{ url: 'e', valueUri: 'Organization/o1' }] },
    })
  })

  test('in lists of uris, below elements that repeat another one, and in contained resources', () => {
    const questionnaire = {
      resourceType: 'Questionnaire',
      contained: [
        {
          resourceType: 'PlanDefinition',
          status: 'draft',
          relatedArtifact: [{ type: 'citation', url: ada }],
        },
      ],
      item: [{ linkId: '1', item: [{ linkId: '2', item: [{ linkId: ada, definition: ada }] }] }],
    }
    expect(rewrite(questionnaire)).toEqual({
      resourceType: 'Questionnaire',
      contained: [
        {
          resourceType: 'PlanDefinition',
          status: 'draft',
          relatedArtifact: [{ type: 'citation', url: 'Patient/a1' }],
        },
      ],
      item: [{ linkId: '1', item: [{ linkId: '2', item: [{ linkId: ada, definition: 'Patient/a1' }] }] }],
    })
  })

  test('in the href and src of a narrative', () => {
    const composition = {
      resourceType: 'Composition',
      text: {
        status: 'generated',
        div: `<div><a href="${ada}">Ada</a> <a title="x" href='${lab}#top'>Lab</a> <img src = "${elsewhere}"/> ${ada} <a href="#a">b</a></div>`,
      },
      section: [{ text: { status: 'generated', div: `<div><a href="${ada}"/></div>` } }],
    }
    const rewritten = rewrite(composition) as unknown as typeof composition
    expect(rewritten.text.div).toBe(
      `<div><a href="Patient/a1">Ada</a> <a title="x" href='Organization/o1#top'>Lab</a> <img src = "Practitioner/p1"/> ${ada} <a href="#a">b</a></div>`,
    )
    expect(rewritten.section[0]?.text.div).toBe('<div><a href="Patient/a1"/></div>')
  })
})

describe('what only looks like a link stays as it is', () => {
  test('canonicals: "Elements of type canonical are not replaced"', () => {
    const response = { resourceType: 'QuestionnaireResponse', questionnaire: ada, meta: { profile: [ada] } }
    expect(rewrite(response)).toBe(response)
  })

  test('strings, codes, markdown, and elements that do not exist', () => {
    const patient = {
      resourceType: 'Patient',
      name: [{ text: ada }],
      note: ada,
      identifier: [{ value: ada }],
      unknown: { url: ada },
    }
    expect(rewrite(patient)).toBe(patient)
  })

  test('references to what the bundle does not hold', () => {
    const observation = {
      resourceType: 'Observation',
      subject: { reference: 'Patient/1' },
      performer: [{ reference: '#c' }],
    }
    expect(rewrite(observation)).toBe(observation)
  })
})

test('what is given stays as it was, unchanged parts are shared, decimals and the order of properties are kept', () => {
  const text = `{"resourceType":"Observation","valueQuantity":{"value":1.0},"subject":{"reference":"${ada}"},"status":"final"}`
  const before = parseJson(text) as Resource
  const after = rewrite(before)
  expect(JSON.stringify(before)).toBe(text)
  expect(JSON.stringify(after)).toBe(text.replace(ada, 'Patient/a1'))
  expect(after.valueQuantity).toBe(before.valueQuantity)
})

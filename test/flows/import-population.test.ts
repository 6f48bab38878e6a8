import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import { hospitalBundle, personBundle } from '../../bench/population.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

/** A whole life in one transaction, as record generators write them: three megabytes, 1,500 entries. */
let server: TestServer
let authorization: string
beforeAll(async () => {
  server = await startTestServer()
  authorization = `Bearer ${await server.token({ scope: 'system/*.cruds' })}`
})
afterAll(() => server.close())

interface Bundle {
  readonly entry: readonly {
    readonly fullUrl?: string
    readonly resource: Resource
    readonly response: { readonly status: string; readonly location: string }
  }[]
  readonly link?: readonly { readonly relation: string; readonly url: string }[]
}

async function send(bundle: string): Promise<{ status: number; json: Bundle }> {
  const headers = { authorization, 'content-type': 'application/fhir+json' }
  const answer = await fetch(server.base, { method: 'POST', headers, body: bundle })
  return { status: answer.status, json: (await answer.json()) as Bundle }
}

/** `Type/id` of every entry, as the server tells it. */
function placesOf({ entry }: Bundle): string[] {
  return entry.map(({ response }) =>
    response.location.replace(/^.*\/fhir\//, '').replace(/\/_history\/.*/, ''),
  )
}

async function stored(type: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  let url: string | undefined = `${server.base}/${type}?_count=1000`
  while (url !== undefined) {
    const answer: Response = await fetch(url, { headers: { authorization } })
    const page = parseJson(await answer.text()) as Bundle
    for (const { resource } of page.entry ?? [])
      found.set(`${type}/${resource.id}`, JSON.stringify(plain(resource)))
    url = page.link?.find(({ relation }) => relation === 'next')?.url
  }
  return found
}

/** Without what the server adds. */
function plain({ id: _, meta, ...resource }: Resource): object {
  return { ...resource, ...(meta?.profile !== undefined && { profile: meta.profile }) }
}

test('a population loads whole and reads back unchanged', async () => {
  const hospital = hospitalBundle()
  const first = await send(hospital)
  expect(first.status).toBe(200)
  const person = personBundle(1)
  expect(person.length).toBeGreaterThan(3_000_000)
  const { status, json } = await send(person)
  expect(status, JSON.stringify(json).slice(0, 500)).toBe(200)
  const places = placesOf(json)
  expect(places).toHaveLength(1_500)
  expect(json.entry.filter(({ response }) => !response.status.startsWith('201'))).toEqual([])

  const sent = parseJson(person) as Bundle
  const meant = new Map(sent.entry.map(({ fullUrl }, index) => [fullUrl, places[index]]))
  const staff = placesOf(first.json)
  for (const [index, { resource }] of (JSON.parse(hospital) as Bundle).entry.entries()) {
    const [{ system, value }] = resource.identifier as [{ system: string; value: string }]
    meant.set(`${resource.resourceType}?identifier=${system}|${value}`, staff[index])
  }
  const wanted = new Map<string, string>()
  for (const [index, { resource }] of sent.entry.entries()) {
    const text = JSON.stringify(plain(resource))
    wanted.set(
      places[index] as string,
      text.replaceAll(/"reference":"([^"]+)"/g, (_, reference) => `"reference":"${meant.get(reference)}"`),
    )
  }
  for (const type of new Set(sent.entry.map(({ resource }) => resource.resourceType))) {
    const found = await stored(type)
    const expected = [...wanted].filter(([place]) => place.startsWith(`${type}/`))
    expect(found.size, type).toBe(expected.length)
    for (const [place, text] of expected) expect(found.get(place), place).toBe(text)
  }
}, 60_000)

test('decimals keep their zeros, and what nobody here knows stays: extensions, profiles, codes', async () => {
  const [observation] = [...(await stored('Observation')).values()].filter((text) =>
    /:\d+\.\d*0[,}]/.test(text),
  )
  expect(observation).toBeDefined()
  const [patient = ''] = (await stored('Patient')).values()
  expect(patient).toContain('https://population.example/quality-adjusted-life-years')
  expect(patient).toContain('&#8212; seed 1</div>')
})

test('the hospital is not there twice when it is sent again', async () => {
  const again = await send(hospitalBundle())
  expect(again.json.entry.map(({ response }) => response.status.slice(0, 3))).toEqual(
    again.json.entry.map(() => '200'),
  )
  expect((await stored('Practitioner')).size).toBe(12)
})

test('one entry that is wrong keeps all the others out', async () => {
  const patients = (await stored('Patient')).size
  const bundle = parseJson(personBundle(2, 300)) as { entry: { resource: Record<string, unknown> }[] }
  const last = bundle.entry.findLastIndex(({ resource }) => resource.resourceType === 'Procedure')
  Object.assign(bundle.entry[last]?.resource ?? {}, { status: 'nonsense' })
  const { status, json } = await send(JSON.stringify(bundle))
  expect(status).toBe(422)
  expect(JSON.stringify(json)).toContain(`Bundle.entry[${last}].resource.status`)
  expect((await stored('Patient')).size).toBe(patients)
})

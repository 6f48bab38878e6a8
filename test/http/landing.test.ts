import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wantsPage } from '#http/landing-accept.ts'
import { buildLandingPage, type LandingWords } from '#http/landing-page.ts'
import { clientOf } from '../support/client.ts'
import { type RecordingServer, startRecordingServer } from './recording-server.ts'

let server: RecordingServer
beforeAll(async () => {
  server = await startRecordingServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const get = (path: string, accept?: string) =>
  clientOf(server)
    .get(path)
    .set(accept === undefined ? {} : { Accept: accept })

describe('a browser at / is shown a page', () => {
  it('with the links and the commands of this very server', async () => {
    const { text: page } = await get('/', browser)
      .expect(200)
      .expect('content-type', 'text/html; charset=utf-8')
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href)
    for (const path of [
      '/openapi.json',
      '/ready',
      '/fhir/.well-known/smart-configuration',
      '/docs/access.md',
    ])
      expect(links).toContain(`${server.url}${path}`)
    expect(page).toContain(`curl &#39;${server.url}/fhir/metadata?_summary=true&amp;_pretty=true&#39;`)
    expect(page).toContain('npm run --silent token')
    expect(page).toContain('Version 1.2.3')
  })

  it('whose every link leads somewhere, without a token', async () => {
    const { text: page } = await get('/', browser)
    const links = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) =>
      link.replaceAll('&amp;', '&'),
    )
    expect(links.length).toBeGreaterThan(8)
    for (const link of links) await get(link.replace(server.url, '')).expect(200)
  })

  it('that may run and load its own files and nothing else', async () => {
    const { headers, text: page } = await get('/', browser)
    expect(headers['content-security-policy']?.split(';').sort()).toEqual(
      [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
      ].sort(),
    )
    expect(page).not.toMatch(/<style|\son\w+=|\sstyle=|javascript:|<script>/)
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/landing/landing.js" type="module">'])
  })

  it('that can be read by ear, with keys alone, and on a phone', async () => {
    const { text: page } = await get('/', browser)
    expect(page).toMatch(/<html lang="en">/)
    expect(page).toMatch(/<meta name="viewport" content="width=device-width, initial-scale=1">/)
    expect(page.match(/<h1>/g)).toHaveLength(1)
    expect(page).toMatch(/<main>/)
    expect(page).toMatch(/role="status"/)
    const commands = page.match(/<pre/g) ?? []
    expect(page.match(/<pre tabindex="0" role="group" aria-label="[^"]+">/g)).toHaveLength(commands.length)
  })
})

describe('a program at / is given links', () => {
  it.each([
    undefined,
    '*/*',
    'application/json',
    'application/fhir+json',
    'text/html;q=0.1, application/json',
  ])('when it accepts %s', async (accept) => {
    const { body } = await get('/', accept)
      .expect(200)
      .expect('content-type', 'application/json; charset=utf-8')
    expect(body).toMatchObject({
      version: '1.2.3',
      links: { fhir: `${server.url}/fhir`, openapi: `${server.url}/openapi.json` },
    })
  })
})

it.each<[accept: string | undefined, page: boolean]>([
  [browser, true],
  ['text/html', true],
  ['TEXT/HTML; q=0.5', true],
  ['text/html;q=0', false],
  ['application/fhir+json, text/html', true],
  ['application/fhir+json, text/html;q=0.9', false],
  ['text/*', false],
  [undefined, false],
])('who accepts %s gets a page: %s', (accept, page) => {
  expect(wantsPage(accept)).toBe(page)
})

it('HEAD is answered, and any other method is told what the address takes', async () => {
  const { text } = await clientOf(server).head('/').set('Accept', browser).expect(200)
  expect(text ?? '').toBe('')
  await clientOf(server).post('/').expect(405).expect('allow', 'GET, HEAD')
})

it.each([
  '/docs/../package.json',
  '/docs/..%2Fpackage.json',
  '/docs/api/../../package.json',
  '/docs/api/%2e%2e/README.md',
  '/docs/none-such.md',
  '/docs/',
  '/docs/api',
  '/landing/words.json',
  '/landing/../app.ts',
  '/landing/constructor',
])('nothing but the pages themselves can be had: not %s', async (path) => {
  const { request } = await import('node:http')
  // Any other client would tidy the path up before it is sent.
  const status = await new Promise((resolve, reject) => {
    request(`${server.url}/`, { path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(404)
})

it('the docs are text for any browser', async () => {
  const { text } = await get('/docs/api/README.md')
    .expect('content-type', 'text/plain; charset=utf-8')
    .expect('content-security-policy', /default-src 'none'/)
  expect(text).toMatch(/^# /)
})

it('/openapi.json is that of the clinic main, and each base has its own', async () => {
  expect((await get('/openapi.json')).body).toMatchObject({ servers: [`${server.url}/fhir`] })
  expect((await get('/c/north/fhir/openapi.json')).body).toMatchObject({
    servers: [`${server.url}/c/north/fhir`],
  })
})

it('an address that a stranger claims in the Host header is not repeated', async () => {
  const { text: body } = await get('/', browser).set('Host', 'evil.example"><script>')
  expect(body).toContain(server.url)
  expect(body).not.toContain('evil')
})

it('whatever the words and addresses hold, they stay text', () => {
  const hostile = `"'><script>alert(1)</script>&`
  const words: LandingWords = {
    ...{ title: hostile, lead: hostile, state: '{base}', tryHeading: hostile, lookHeading: hostile },
    ...{ note: hostile, copy: hostile, copied: hostile, notCopied: hostile },
    commands: [{ label: hostile, text: hostile }],
    links: [{ href: hostile, label: hostile, text: hostile }],
  }
  const page = buildLandingPage(words, { origin: hostile, base: hostile, version: hostile })
  expect(page).not.toContain('<script>')
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page).toContain('&quot;&#39;&gt;&lt;script&gt;')
})

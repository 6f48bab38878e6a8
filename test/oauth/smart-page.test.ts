import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { backendApp, makeClientKey } from './assertion.ts'
import { Browser } from './browser.ts'
import { addPeople, patient, startSmartServer } from './smart-server.ts'

const page = readFileSync(new URL('../../docs/smart.md', import.meta.url), 'utf8')
const snippets = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code)

/** As it stands in the page, with what stands around it; gives the value of its last name. */
function run(code: string, around: Record<string, unknown>, last: string): Promise<unknown> {
  const body = `return (async () => { ${code}; return ${last} })()`
  return new Function(...Object.keys(around), body)(...Object.values(around)) as Promise<unknown>
}

let server: TestServer
beforeAll(async () => {
  server = await startSmartServer({ registration: 'open' })
  await addPeople(server)
})
afterAll(() => server.close())

test('an app registers, is launched and reads, as the page says', async () => {
  const [register = '', launch = ''] = snippets
  const visit = async (url: string): Promise<string> => {
    const browser = new Browser()
    let response = await browser.get(url)
    for (let step = 0; step < 12; step++) {
      const next = new URL(response.headers.get('location') ?? '', server.origin)
      if (next.pathname === '/app.html') return next.searchParams.get('code') ?? ''
      if (!next.pathname.startsWith('/oauth/interaction/')) {
        response = await browser.get(next.href)
        continue
      }
      const { prompt, scopes } = (await (await browser.get(next.href)).json()) as {
        prompt: string
        scopes: string[]
      }
      response = await browser.post(
        next.href,
        prompt === 'login' ? { account: patient.id } : { scopes: scopes.join(' ') },
      )
    }
    throw new Error('the browser goes round in circles')
  }
  const around = { base: server.base, randomBytes, createHash, visit }
  expect(await run(register + launch, around, 'patient')).toMatchObject({
    resourceType: 'Patient',
    id: 'anna',
  })
})

test('a backend service is ten lines, as the page says', async () => {
  const key = await makeClientKey('ES384')
  await server.app.authorization.clients.save('warehouse', backendApp('warehouse', key, 'system/*.rs'))
  const around = {
    base: server.base,
    clientId: 'warehouse',
    kid: key.publicJwk.kid,
    privateKey: key.privateKey,
    SignJWT,
    randomUUID,
  }
  expect(await run(snippets[2] ?? '', around, 'patients')).toMatchObject({ entry: [{}, {}] })
})

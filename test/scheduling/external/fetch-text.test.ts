import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { isPublicAddress } from '#access/public-address.ts'
import { fetchText } from '#scheduling/external/fetch-text.ts'
import { guardedLookup } from '#scheduling/external/guarded-lookup.ts'

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => one.close() && one.closeAllConnections()))
})

/** The origin of a server on this machine. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const limits = { bytes: 1_000, milliseconds: 2_000, redirects: 2, trustedOrigins: [] as readonly string[] }

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  'fe80::1',
  'fc00::1',
  'ff02::1',
  '64:ff9b::a00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  'nonsense',
])('%s is no address to be asked on behalf of a client', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111', '172.32.0.1'])(
  '%s is out in the world',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test.each([
  ['http://calendar.example/a.ics', 'https'],
  ['ftp://calendar.example/a.ics', 'https'],
  ['file:///etc/passwd', 'https'],
  ['https://user:secret@calendar.example/a.ics', 'password'],
  ['https://127.0.0.1/a.ics', 'private'],
  ['https://2130706433/a.ics', 'private'],
  ['https://0x7f.1/a.ics', 'private'],
  ['https://[::1]/a.ics', 'private'],
  ['https://[::ffff:169.254.169.254]/latest', 'private'],
  ['not an address', 'no URL'],
])('%s is refused before anybody is asked', async (address, sentence) => {
  await expect(fetchText(address, limits)).rejects.toThrow(sentence)
})

test('a name that leads home is refused when the connection is made, not before it', async () => {
  await expect(fetchText('https://localhost:1/a.ics', limits)).rejects.toThrow('private network')
  const refused = await new Promise((resolve) =>
    guardedLookup('localhost', { all: true }, (error) => resolve(error)),
  )
  expect(String(refused)).toContain('private network')
})

test('a redirection is judged as its beginning was', async () => {
  const secret = await serve((_, answer) => answer.end('secret'))
  const front = await serve((_, answer) => answer.writeHead(302, { location: secret }).end())
  await expect(fetchText(front, { ...limits, trustedOrigins: [front] })).rejects.toThrow('https')
  expect(await fetchText(front, { ...limits, trustedOrigins: [front, secret] })).toBe('secret')
})

test.each<[string, RequestListener, string]>([
  ['goes round in circles', (_, answer) => answer.writeHead(302, { location: '/' }).end(), 'too often'],
  ['is enormous', (_, answer) => answer.end('x'.repeat(5_000)), 'longer than'],
  ['never ends', (_, answer) => void answer.writeHead(200).write('BEGIN'), 'in time'],
  ['never begins', () => undefined, 'in time'],
  ['is not there', (_, answer) => answer.writeHead(404).end(), 'status 404'],
  [
    'was compressed',
    (_, answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    'compressed',
  ],
  [
    'breaks off',
    (_, answer) => void answer.writeHead(200, { 'content-length': '100' }).write('x', () => answer.destroy()),
    'reached',
  ],
])('what %s is given up', async (_, listener, sentence) => {
  const origin = await serve(listener)
  const short = { ...limits, milliseconds: 400, trustedOrigins: [origin] }
  await expect(fetchText(`${origin}/`, short)).rejects.toThrow(sentence)
})

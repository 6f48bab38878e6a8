import { describe, expect, it } from 'vitest'
import { matchFhirPath } from '#http/fhir-base.ts'
import { clientOf } from '../support/client.ts'
import { type RecordingServer, startRecordingServer } from './recording-server.ts'

async function baseSeen(server: RecordingServer, headers: Record<string, string>): Promise<string> {
  return (await clientOf(server, headers).get('/c/north/fhir/metadata')).body.url
}

describe('the base as the caller sees it', () => {
  it('is the public address when one is set, whatever the caller says', async () => {
    await using server = await startRecordingServer({
      settings: { publicUrl: 'https://fhir.clinic.example/' },
    })
    expect(await baseSeen(server, { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' })).toBe(
      'https://fhir.clinic.example/c/north/fhir',
    )
  })

  it('without one, a Host is believed only when it names this machine', async () => {
    await using server = await startRecordingServer()
    expect(await baseSeen(server, { Host: 'localhost:9999' })).toBe('http://localhost:9999/c/north/fhir')
    expect(await baseSeen(server, { Host: '[::1]:80' })).toBe('http://[::1]:80/c/north/fhir')
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'localhost@evil',
      '"><script>',
    ]) {
      expect(await baseSeen(server, { Host: host })).toBe(`${server.url}/c/north/fhir`)
    }
    expect(await baseSeen(server, { Host: 'localhost', 'X-Forwarded-Host': 'evil.example' })).toBe(
      'http://localhost/c/north/fhir',
    )
  })

  it('behind a trusted proxy it is what the proxy says, when that is an address at all', async () => {
    await using server = await startRecordingServer({ settings: { trustProxy: 'loopback' } })
    const forwarded = {
      Host: 'internal:8080',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'fhir.clinic.example',
    }
    expect(await baseSeen(server, forwarded)).toBe('https://fhir.clinic.example/c/north/fhir')
    expect(await baseSeen(server, { ...forwarded, 'X-Forwarded-Host': 'a"b/c' })).toBe(
      `${server.url}/c/north/fhir`,
    )
  })

  it.each([
    ['/fhir', { tenant: 'main', basePath: '/fhir', rest: '' }],
    ['/fhir/Patient', { tenant: 'main', basePath: '/fhir', rest: '/Patient' }],
    ['/c/north-1/fhir/Patient', { tenant: 'north-1', basePath: '/c/north-1/fhir', rest: '/Patient' }],
    ['/fhirish', undefined],
    ['/c/main/fhir', undefined],
    ['/c/North/fhir', undefined],
    ['/c/../fhir', undefined],
    ["/c/x'--/fhir", undefined],
    [`/c/${'a'.repeat(64)}/fhir`, undefined],
    ['/c//fhir', undefined],
    ['', undefined],
  ])('%s', (path, expected) => {
    expect(matchFhirPath(path)).toEqual(expected)
  })
})

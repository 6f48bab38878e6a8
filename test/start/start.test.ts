import { exec } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { findPostmaster } from '#store/postmaster.ts'
import {
  launch,
  makeDataFolder,
  makeStartedFolder,
  removeStartedFolder,
  start,
  tokenIn,
  writePatients,
} from './running-server.ts'

const run = promisify(exec)
// Each test starts one to three servers and databases; CI machines are slow and shared.
vi.setConfig({ testTimeout: 120_000 })

afterAll(removeStartedFolder)

async function countOf(base: string, token: string, query: string): Promise<number> {
  const answer = await fetch(`${base}/${query}${query.includes('?') ? '&' : '?'}_summary=count`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { total: number }).total
}

describe('a first start', () => {
  test('leaves a running clinic, and the line it prints works when pasted', async () => {
    await using folder = makeDataFolder()
    const server = await start(folder.path)
    const token = tokenIn(server.printed())
    const counts: Record<string, number> = {}
    for (const type of [
      'Organization',
      'Practitioner',
      'Location',
      'HealthcareService',
      'Schedule',
      'Patient',
      'Slot',
    ])
      counts[type] = await countOf(server.base, token, type)
    expect(counts).toEqual({
      ...{ Organization: 1, Practitioner: 2, Location: 2, HealthcareService: 1 },
      ...{ Schedule: 2, Patient: 20, Slot: expect.any(Number) },
    })
    // A week; the generator may have gone on already.
    expect(counts.Slot).toBeGreaterThanOrEqual(140)

    const line = server
      .printed()
      .split('\n')
      .find((one) => one.trim().startsWith('curl'))
    const { stdout } = await run(line ?? '')
    const bundle = JSON.parse(stdout)
    expect(bundle.resourceType).toBe('Bundle')
    expect(bundle.entry.map((entry: { resource: { status: string } }) => entry.resource.status)).toEqual([
      'free',
      'free',
      'free',
    ])

    const discovery = /SMART discovery\s+(\S+)/.exec(server.printed())?.[1]
    expect((await fetch(discovery ?? '')).status).toBe(200)
    expect(await server.stop()).toBe(0)
  })

  test('keeps what is in the folder from others on the machine', async () => {
    await using folder = makeDataFolder()
    const server = await start(folder.path, { DEMO: 'false' })
    expect(server.printed()).not.toContain('Bearer')
    expect(statSync(join(folder.path, 'postgres')).mode & 0o077).toBe(0)
    expect(statSync(join(folder.path, 'postgres-password')).mode & 0o077).toBe(0)
    await server.stop()
  })
})

describe('a later start', () => {
  test('keeps the data, and does not bring back what was deleted', async () => {
    await using folder = await makeStartedFolder()
    const first = await start(folder.path)
    const headers = { Authorization: `Bearer ${tokenIn(first.printed())}` }
    for (let i = 1; i <= 20; i++)
      expect((await fetch(`${first.base}/Patient/patient-${i}`, { method: 'DELETE', headers })).status).toBe(
        204,
      )
    const [kept] = await writePatients(first.base, tokenIn(first.printed()), onceOnly())
    await first.stop()

    const second = await start(folder.path)
    const token = tokenIn(second.printed())
    expect(await countOf(second.base, token, 'Patient')).toBe(1)
    const read = await fetch(`${second.base}/Patient/${kept}`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    expect(read.status).toBe(200)
    expect(await (await fetch(`${second.base}/Patient/${kept}`, { headers })).json()).toMatchObject({
      id: kept,
    })
    await second.stop()
  })

  test('two copies run side by side, each with its own data', async () => {
    await using one = makeDataFolder()
    await using other = makeDataFolder()
    const servers = await Promise.all([start(one.path), start(other.path)])
    const tokens = servers.map((server) => tokenIn(server.printed()))
    await writePatients(servers[0].base, tokens[0] ?? '', onceOnly())
    expect(await countOf(servers[0].base, tokens[0] ?? '', 'Patient')).toBe(21)
    expect(await countOf(servers[1].base, tokens[1] ?? '', 'Patient')).toBe(20)
    const foreign = await fetch(`${servers[1].base}/Patient`, {
      headers: { Authorization: `Bearer ${tokens[0]}` },
    })
    expect(foreign.status).toBe(401)
    await Promise.all(servers.map((server) => server.stop()))
  })

  test('a second server on the same folder says what to do, and harms nothing', async () => {
    await using folder = await makeStartedFolder()
    const first = await start(folder.path)
    const second = launch({ ALMANAC_DATA: folder.path, PORT: '0' })
    await expect.poll(() => second.child.exitCode, { timeout: 30_000 }).toBe(1)
    expect(second.printed()).toContain('Another Almanac uses the data folder')
    expect(await countOf(first.base, tokenIn(first.printed()), 'Patient')).toBe(20)
    await first.stop()
  })

  test('a port that is taken ends the start, and no PostgreSQL stays behind', async () => {
    await using folder = await makeStartedFolder()
    await using other = await makeStartedFolder()
    const first = await start(folder.path)
    const second = launch({ ALMANAC_DATA: other.path, PORT: new URL(first.base).port })
    await expect.poll(() => second.child.exitCode, { timeout: 30_000 }).toBe(1)
    expect(second.printed()).toContain('PORT')
    expect(second.printed()).not.toContain('    at ')
    expect(findPostmaster(join(other.path, 'postgres'))).toBeUndefined()
    await first.stop()
  })
})

describe('a stop', () => {
  test('by SIGTERM answers what is under way, takes nothing new, and stops PostgreSQL', async () => {
    await using folder = await makeStartedFolder()
    const server = await start(folder.path)
    const token = tokenIn(server.printed())
    let begun = 0
    let stopping = false
    const stopped = () => begun++ < 0 || stopping
    const writers = Array.from({ length: 8 }, () => writePatients(server.base, token, stopped))
    await expect.poll(() => begun, { timeout: 30_000 }).toBeGreaterThan(20)
    stopping = true
    const code = await server.stop('SIGTERM')
    const answered = (await Promise.all(writers)).flat()
    expect(code).toBe(0)
    expect(findPostmaster(join(folder.path, 'postgres'))).toBeUndefined()

    const next = await start(folder.path)
    expect(await countOf(next.base, tokenIn(next.printed()), 'Patient')).toBe(20 + answered.length)
    await next.stop()
  })

  test('by kill -9 while patients are written loses none that was answered', async () => {
    await using folder = await makeStartedFolder()
    const server = await start(folder.path)
    const token = tokenIn(server.printed())
    let begun = 0
    const never = () => begun++ < 0
    const writers = Array.from({ length: 8 }, () => writePatients(server.base, token, never))
    await expect.poll(() => begun, { timeout: 30_000 }).toBeGreaterThan(40)
    await server.stop('SIGKILL')
    const answered = (await Promise.all(writers)).flat()
    expect(answered.length).toBeGreaterThan(20)

    const next = await start(folder.path)
    const headers = { Authorization: `Bearer ${tokenIn(next.printed())}` }
    for (const id of answered)
      expect((await fetch(`${next.base}/Patient/${id}`, { headers })).status).toBe(200)
    await next.stop()
  })

  test('of PostgreSQL alone, by kill -9, turns /ready until it is back, and loses nothing', async () => {
    await using folder = await makeStartedFolder()
    const server = await start(folder.path)
    const token = tokenIn(server.printed())
    const [id] = await writePatients(server.base, token, onceOnly())
    const ready = async () => (await fetch(`${server.origin}/ready`)).status
    expect(await ready()).toBe(200)
    process.kill(findPostmaster(join(folder.path, 'postgres'))?.pid ?? 0, 'SIGKILL')
    await expect.poll(ready, { timeout: 30_000, interval: 10 }).toBe(503)
    expect((await fetch(`${server.origin}/health`)).status).toBe(200)
    await expect.poll(ready, { timeout: 20_000 }).toBe(200)
    const headers = { Authorization: `Bearer ${token}` }
    expect((await fetch(`${server.base}/Patient/${id}`, { headers })).status).toBe(200)
    await server.stop()
  })
})

test('production refuses unsafe defaults, names each, and touches nothing', async () => {
  await using folder = makeDataFolder()
  const { child, printed } = launch({ ALMANAC_DATA: join(folder.path, 'data'), NODE_ENV: 'production' })
  await expect.poll(() => child.exitCode, { timeout: 30_000 }).toBe(1)
  for (const name of ['DATABASE_URL', 'PUBLIC_URL', 'CORS_ORIGINS', 'DEMO'])
    expect(printed()).toContain(`${name} is not safe in production`)
  expect(() => statSync(join(folder.path, 'data'))).toThrow('ENOENT')
})

test('a database that is not there ends the start with a sentence', async () => {
  const { child, printed } = launch({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none', PORT: '0' })
  await expect.poll(() => child.exitCode, { timeout: 30_000 }).toBe(1)
  expect(printed()).toContain('database')
  expect(printed()).not.toContain('    at ')
})

/** Lets a loop run one time. */
function onceOnly(): () => boolean {
  let turns = 0
  return () => turns++ > 0
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  awaitPostmaster,
  createCluster,
  launchPostgres,
  locateCluster,
  makeSocketFolder,
} from '#store/cluster.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { choosePostgresAccount } from '#store/postgres-account.ts'
import { findPostmaster, stopPostmaster } from '#store/postmaster.ts'

let home: string
let folder: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'embedded-'))
  folder = join(home, 'data')
})

afterEach(async () => {
  const cluster = join(folder, 'postgres')
  const postmaster = findPostmaster(cluster)
  if (postmaster !== undefined) await stopPostmaster(cluster, postmaster.pid)
  rmSync(home, { recursive: true, force: true })
})

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

/** A server of its own, which can be killed. */
async function otherServer(): Promise<ChildProcess> {
  const child = fork(new URL('./embedded-server.ts', import.meta.url), [folder], { execArgv: [] })
  const [word] = await once(child, 'message')
  expect(word).toBe('running')
  return child
}

test('a folder that only root may enter is no obstacle, and nobody else can read what is in it', async () => {
  chmodSync(home, 0o700)
  await using postgres = await startEmbeddedPostgres(folder)
  expect(await ask(postgres.url, 'select 1')).toEqual([1])
  for (const name of ['postgres', 'socket']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'postgres-password')).mode & 0o777).toBe(0o600)
})

test.runIf(process.getuid?.() === 0)('a clone that only root may enter is no obstacle either', async () => {
  const found = locateCluster(join(home, 'data'), {})
  const copy = join(home, 'native')
  cpSync(found.binaries.folder, copy, { recursive: true, verbatimSymlinks: true })
  const binaries = {
    folder: copy,
    postgres: join(copy, 'bin', 'postgres'),
    initdb: join(copy, 'bin', 'initdb'),
  }
  const cluster = { ...found, binaries, account: choosePostgresAccount([binaries.postgres]) }
  await createCluster(cluster)
  const child = launchPostgres(cluster, makeSocketFolder(cluster))
  expect((await awaitPostmaster(cluster, child)).ready).toBe(true)
})

test('commits are durable, pages carry checksums, and no port is opened', async () => {
  await using postgres = await startEmbeddedPostgres(folder)
  const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses']
  const answers = await ask(
    postgres.url,
    `select ${names.map((name) => `current_setting('${name}')`).join(', ')}`,
  )
  expect(answers).toEqual(['on', 'on', 'on', 'on', ''])
})

test('words are words in every language, whatever locales the machine has', async () => {
  await using postgres = await startEmbeddedPostgres(folder)
  await ask(postgres.url, 'create extension pg_trgm')
  expect(await ask(postgres.url, "select lower('ŽLUŤ'), array_length(show_trgm('žluť'), 1)")).toEqual([
    'žluť',
    5,
  ])
})

test('what was written is there after a stop and a start', async () => {
  const first = await startEmbeddedPostgres(folder)
  await ask(first.url, 'create table visit as select 1 as id')
  await first.stop()
  expect(findEmbeddedPostgres(folder)).toBeUndefined()
  expect(existsSync(join(folder, 'postgres', 'postmaster.pid'))).toBe(false)
  await using second = await startEmbeddedPostgres(folder)
  expect(await ask(second.url, 'select id from visit')).toEqual([1])
})

test('a first start that lost its power before its files were safe is made anew', async () => {
  const cluster = locateCluster(folder, {})
  await createCluster(cluster)
  writeFileSync(join(cluster.path, 'PG_VERSION'), '')
  await using postgres = await startEmbeddedPostgres(folder)
  await postgres.synced
  expect(existsSync(join(cluster.path, 'almanac-unsynced'))).toBe(false)
  expect(await ask(postgres.url, 'select 1')).toEqual([1])
})

test('a second server on the same folder is refused with what to do, and the first goes on', async () => {
  await using first = await startEmbeddedPostgres(folder)
  await expect(startEmbeddedPostgres(folder)).rejects.toThrow(
    `Another Almanac uses the data folder ${folder}: stop it, or give this one its own ALMANAC_DATA and PORT.`,
  )
  expect(await ask(first.url, 'select 1')).toEqual([1])
})

test('of two servers that make the folder at the same time one serves', async () => {
  const starts = await Promise.allSettled([startEmbeddedPostgres(folder), otherServer()])
  const [mine, other] = starts
  const running = starts.filter(({ status }) => status === 'fulfilled')
  expect(running).toHaveLength(1)
  if (mine.status === 'fulfilled') await mine.value.stop()
  if (other.status === 'fulfilled') other.value.kill('SIGKILL')
})

test('the PostgreSQL of a killed server is taken over', async () => {
  const killed = await otherServer()
  const pid = findPostmaster(join(folder, 'postgres'))?.pid
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await using postgres = await startEmbeddedPostgres(folder)
  expect(findPostmaster(join(folder, 'postgres'))?.pid).toBe(pid)
  expect(await ask(postgres.url, 'select 1')).toEqual([1])
})

test('a pid file that nobody stands behind blocks nothing, even when its number lives again', async () => {
  const first = await startEmbeddedPostgres(folder)
  const pidFile = join(folder, 'postgres', 'postmaster.pid')
  const lines = readFileSync(pidFile, 'utf8').split('\n')
  await first.stop()
  for (const pid of [process.pid, 4_000_000]) {
    writeFileSync(pidFile, [pid, ...lines.slice(1)].join('\n'))
    await using postgres = await startEmbeddedPostgres(folder)
    expect(await ask(postgres.url, 'select 1')).toEqual([1])
  }
})

test('a PostgreSQL that dies under a running server is started again', async () => {
  await using postgres = await startEmbeddedPostgres(folder)
  const pid = findPostmaster(join(folder, 'postgres'))?.pid ?? 0
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => ask(postgres.url, 'select 1').catch(() => []), { timeout: 50_000 }).toEqual([1])
  expect(findPostmaster(join(folder, 'postgres'))?.pid).not.toBe(pid)
})

test('a path too long for a socket gets a short one elsewhere, closed to others', async () => {
  folder = join(home, 'x'.repeat(90), 'data')
  mkdirSync(folder, { recursive: true })
  const postgres = await startEmbeddedPostgres(folder)
  const socketFolder = findPostmaster(join(folder, 'postgres'))?.socketFolder ?? ''
  expect(socketFolder.startsWith(tmpdir())).toBe(true)
  expect(statSync(socketFolder).mode & 0o777).toBe(0o700)
  expect(await ask(postgres.url, 'select 1')).toEqual([1])
  await postgres.stop()
  expect(existsSync(socketFolder)).toBe(false)
})

test('the log tells what happened without the words of a statement', async () => {
  await using postgres = await startEmbeddedPostgres(folder)
  await ask(postgres.url, 'create table person (name text primary key)')
  await ask(postgres.url, "insert into person values ('Nováková')")
  await expect(ask(postgres.url, "insert into person values ('Nováková')")).rejects.toThrow('duplicate key')
  const log = readFileSync(join(folder, 'postgres.log'), 'utf8')
  expect(log).toContain('duplicate key')
  expect(log).not.toContain('Nováková')
})

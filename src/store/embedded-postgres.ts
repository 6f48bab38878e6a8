import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { Refusal } from '#fhir/refusal.ts'
import { choosePostgresAccount, type PostgresAccount } from './postgres-account.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { postgresSettings } from './postgres-settings.ts'
import { findPostmaster, type Postmaster, stopPostmaster } from './postmaster.ts'

export interface EmbeddedPostgres extends AsyncDisposable {
  /** For the database `almanac`, as its superuser, over a socket that only this account can open. */
  readonly url: string
  stop(): Promise<void>
}

interface Place {
  readonly folder: string
  readonly cluster: string
  readonly passwordFile: string
  readonly logFile: string
  readonly binaries: PostgresBinaries
  readonly account: PostgresAccount
  readonly settings: Readonly<Record<string, string>>
}

const superuser = 'postgres'
const databaseName = 'almanac'
/** Held by the one server of a data folder, over a connection: it goes when the server goes, however it goes. */
const folderLock = 0x616c6d6e
/** sun_path holds 104 bytes on macOS, 108 on Linux, and `/.s.PGSQL.5432` follows the folder. */
const longestSocketFolder = 85

/**
 * Runs the cluster in `dataFolder`, made when missing. A PostgreSQL that a killed server left behind is taken over as
 * it runs; one that a living server uses is refused.
 */
export async function startEmbeddedPostgres(
  dataFolder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  const place = prepare(resolve(dataFolder), settings)
  if (!existsSync(place.cluster)) await initialise(place)
  const password = readFileSync(place.passwordFile, 'utf8').trim()
  let postmaster = findPostmaster(place.cluster)
  const started = postmaster === undefined
  postmaster = await untilReady(place, postmaster === undefined ? launch(place) : undefined)
  const url = (name: string) =>
    `postgresql://${superuser}:${password}@${encodeURIComponent(postmaster.socketFolder)}:5432/${name}`
  try {
    const lock = await takeFolderLock(url('postgres'), place.folder)
    await createDatabase(lock)
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= stopAll(place, postmaster, lock)
      return stopping
    }
    return { url: url(databaseName), stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    if (started) await stopPostmaster(place.cluster, postmaster.pid)
    throw error
  }
}

async function stopAll(place: Place, postmaster: Postmaster, lock: pg.Client): Promise<void> {
  await lock.end().catch(() => undefined)
  await stopPostmaster(place.cluster, postmaster.pid)
  if (postmaster.socketFolder.startsWith(tmpdir()))
    rmSync(postmaster.socketFolder, { recursive: true, force: true })
}

function prepare(folder: string, settings: Readonly<Record<string, string>>): Place {
  // As root the folder is entered by the system user too; the clusters in it stay closed.
  mkdirSync(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  const binaries = findPostgresBinaries()
  const account = choosePostgresAccount([
    folder,
    binaries.postgres,
    join(binaries.folder, 'share', 'postgresql'),
  ])
  const cluster = join(folder, 'postgres')
  const owner = account.owner?.uid ?? process.getuid?.()
  if (existsSync(cluster) && owner !== undefined && statSync(cluster).uid !== owner)
    throw new Refusal(
      'unavailable',
      `The database in ${folder} belongs to another user of this machine: start as that user, or set ALMANAC_DATA to another folder.`,
    )
  return {
    folder,
    cluster,
    passwordFile: join(folder, 'postgres-password'),
    logFile: join(folder, 'postgres.log'),
    binaries,
    account,
    settings: { ...postgresSettings, ...settings },
  }
}

/** Made under another name and moved when complete: an interrupted first start leaves nothing half made. */
async function initialise(place: Place): Promise<void> {
  const draft = `${place.cluster}.${process.pid}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  if (!existsSync(place.passwordFile))
    writeFileSync(place.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  give(place, draft, place.passwordFile)
  // The characters of words (pg_trgm) come from lc_ctype; order and case from PostgreSQL's own C.UTF-8, alike everywhere.
  const locale =
    process.platform === 'darwin' ? ['--lc-collate=C', '--lc-ctype=en_US.UTF-8'] : ['--locale=C.UTF-8']
  const args = [
    ...['--pgdata', draft, '--username', superuser, '--pwfile', place.passwordFile, '--auth=scram-sha-256'],
    ...[
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...locale,
      '--data-checksums',
    ],
    ...(place.settings.fsync === 'off' ? ['--no-sync'] : []),
  ]
  const child = run(place, place.binaries.initdb, args)
  const code = await new Promise((done) => child.once('close', done).once('error', done))
  if (code !== 0) throw new Refusal('unavailable', `The database could not be made: see ${place.logFile}.`)
  try {
    renameSync(draft, place.cluster)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(place.cluster)) throw error
  }
}

function launch(place: Place): ChildProcess {
  const socketFolder = makeSocketFolder(place)
  const settings = { ...place.settings, unix_socket_directories: socketFolder }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = run(place, place.binaries.postgres, ['-D', place.cluster, ...args])
  child.unref()
  return child
}

function makeSocketFolder(place: Place): string {
  const near = join(place.folder, 'socket')
  const folder =
    Buffer.byteLength(near) <= longestSocketFolder ? near : mkdtempSync(join(tmpdir(), 'almanac-'))
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
  give(place, folder)
  return folder
}

/** In its own session: Ctrl-C is for the server, which stops PostgreSQL when its last request is answered. */
function run(place: Place, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(place.logFile, 'a', 0o600)
  const { program: file, args: rest, ...account } = place.account.command(program, args)
  const child = spawn(file, rest, {
    ...account,
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  })
  closeSync(log)
  return child
}

/** After a crash PostgreSQL first replays its log, which may take its time; a child that ends has failed. */
async function untilReady(place: Place, child: ChildProcess | undefined): Promise<Postmaster> {
  let ended = false
  child?.once('close', () => {
    ended = true
  })
  child?.once('error', () => {
    ended = true
  })
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await pause(5)) {
    const postmaster = findPostmaster(place.cluster)
    if (postmaster?.ready) return postmaster
    if (ended || (child === undefined && postmaster === undefined)) break
  }
  throw new Refusal('unavailable', `PostgreSQL did not start on ${place.cluster}: see ${place.logFile}.`)
}

async function takeFolderLock(url: string, folder: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    keepAlive: true,
    application_name: `almanac ${process.pid}`,
  })
  // Lost with the database itself, which the pool reports; a lost lock harms nobody while PostgreSQL is down.
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query('select pg_try_advisory_lock($1) as held', [folderLock])
  if (rows[0]?.held) return client
  await client.end()
  throw new Refusal(
    'unavailable',
    `Another Almanac uses the data folder ${folder}: stop it, or give this one its own ALMANAC_DATA and PORT.`,
  )
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select from pg_database where datname = $1', [databaseName])
  if (rows.length === 0) await client.query(`create database ${databaseName}`)
}

function give(place: Place, ...paths: string[]): void {
  const { owner } = place.account
  if (owner !== undefined) for (const path of paths) chownSync(path, owner.uid, owner.gid)
}

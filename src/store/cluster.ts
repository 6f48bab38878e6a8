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
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '#fhir/refusal.ts'
import { markSynced, markUnsynced } from './cluster-sync.ts'
import { choosePostgresAccount, type PostgresAccount } from './postgres-account.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { postgresSettings } from './postgres-settings.ts'
import { findPostmaster, type Postmaster } from './postmaster.ts'

/** The PostgreSQL cluster of a data folder: the files, and who may run on them. */
export interface Cluster {
  readonly folder: string
  readonly path: string
  readonly passwordFile: string
  readonly logFile: string
  readonly binaries: PostgresBinaries
  readonly account: PostgresAccount
  readonly settings: Readonly<Record<string, string>>
}

export const superuser = 'postgres'
/** sun_path holds 104 bytes on macOS, 108 on Linux, and `/.s.PGSQL.5432` follows the folder. */
const longestSocketFolder = 85

export function locateCluster(folder: string, settings: Readonly<Record<string, string>>): Cluster {
  // As root the folder is entered by the system user too; the clusters in it stay closed.
  mkdirSync(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  const binaries = findPostgresBinaries()
  const account = choosePostgresAccount([
    folder,
    binaries.postgres,
    join(binaries.folder, 'share', 'postgresql'),
  ])
  const path = join(folder, 'postgres')
  const owner = account.owner?.uid ?? process.getuid?.()
  if (existsSync(path) && owner !== undefined && statSync(path).uid !== owner)
    throw new Refusal(
      'unavailable',
      `The database in ${folder} belongs to another user of this machine: start as that user, or set ALMANAC_DATA to another folder.`,
    )
  return {
    folder,
    path,
    passwordFile: join(folder, 'postgres-password'),
    logFile: join(folder, 'postgres.log'),
    binaries,
    account,
    settings: { ...postgresSettings, ...settings },
  }
}

/** Made under another name and moved when complete: an interrupted first start leaves nothing half made. */
export async function createCluster(cluster: Cluster): Promise<void> {
  const draft = `${cluster.path}.${process.pid}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  if (!existsSync(cluster.passwordFile))
    writeFileSync(cluster.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  give(cluster, draft, cluster.passwordFile)
  // The characters of words (pg_trgm) come from lc_ctype; order and case from PostgreSQL's own C.UTF-8, alike everywhere.
  const locale =
    process.platform === 'darwin' ? ['--lc-collate=C', '--lc-ctype=en_US.UTF-8'] : ['--locale=C.UTF-8']
  const args = [
    ...['--pgdata', draft, '--username', superuser, '--pwfile', cluster.passwordFile, '--auth=scram-sha-256'],
    ...[
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...locale,
      '--data-checksums',
    ],
    '--no-sync',
  ]
  if ((await codeOf(run(cluster, cluster.binaries.initdb, args))) !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new Refusal('unavailable', `The database could not be made: ${lastWords(cluster)}`)
  }
  if (cluster.settings.fsync !== 'off') markUnsynced(draft)
  try {
    renameSync(draft, cluster.path)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(cluster.path)) throw error
  }
}

/** PostgreSQL may run on it meanwhile. */
export async function syncCluster(cluster: Cluster): Promise<void> {
  const child = run(cluster, cluster.binaries.initdb, ['--sync-only', '--pgdata', cluster.path])
  if ((await codeOf(child)) !== 0)
    throw new Refusal('unavailable', `The database could not be brought to the disk: ${lastWords(cluster)}`)
  markSynced(cluster.path)
}

function codeOf(child: ChildProcess): Promise<unknown> {
  return new Promise((done) => child.once('close', done).once('error', done))
}

export function launchPostgres(cluster: Cluster, socketFolder: string): ChildProcess {
  const settings = { ...cluster.settings, unix_socket_directories: socketFolder }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = run(cluster, cluster.binaries.postgres, ['-D', cluster.path, ...args])
  child.unref()
  return child
}

export function makeSocketFolder(cluster: Cluster): string {
  const near = join(cluster.folder, 'socket')
  const folder =
    Buffer.byteLength(near) <= longestSocketFolder ? near : mkdtempSync(join(tmpdir(), 'almanac-'))
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
  give(cluster, folder)
  return folder
}

/** In its own session: Ctrl-C is for the server, which stops PostgreSQL when its last request is answered. */
function run(cluster: Cluster, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(cluster.logFile, 'a', 0o600)
  const { program: file, args: rest, ...account } = cluster.account.command(program, args)
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
export async function awaitPostmaster(
  cluster: Cluster,
  child: ChildProcess | undefined,
): Promise<Postmaster> {
  let ended = false
  child?.once('close', () => {
    ended = true
  })
  child?.once('error', () => {
    ended = true
  })
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await pause(5)) {
    const postmaster = findPostmaster(cluster.path)
    if (postmaster?.ready) return postmaster
    if (ended || (child === undefined && postmaster === undefined)) break
  }
  child?.kill('SIGINT')
  throw new Refusal('unavailable', `PostgreSQL did not start on ${cluster.path}: ${lastWords(cluster)}`)
}

function lastWords({ logFile }: Cluster): string {
  const line = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1)
  return `${line} (more in ${logFile})`
}

function give(cluster: Cluster, ...paths: string[]): void {
  const { owner } = cluster.account
  if (owner !== undefined) for (const path of paths) chownSync(path, owner.uid, owner.gid)
}

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { Refusal } from '#fhir/refusal.ts'
import {
  awaitPostmaster,
  type Cluster,
  createCluster,
  launchPostgres,
  locateCluster,
  makeSocketFolder,
  superuser,
  syncCluster,
} from './cluster.ts'
import { isLeftUnsynced, isUnsynced } from './cluster-sync.ts'
import { findPostmaster, type Postmaster, stopPostmaster } from './postmaster.ts'

export interface EmbeddedPostgres extends AsyncDisposable {
  /** For the database `almanac`, as its superuser, over a socket that only this account can open. */
  readonly url: string
  /** A new cluster is on the disk: nobody may be answered before. */
  readonly synced: Promise<void>
  stop(): Promise<void>
}

const databaseName = 'almanac'
/** Held by the one server of a data folder, over a connection: it goes when the server goes, however it goes. */
const folderLock = 0x616c6d6e

/**
 * Runs the cluster in `dataFolder`, made when missing. A PostgreSQL that a killed server left behind is taken over as
 * it runs; one that a living server uses is refused; one that dies meanwhile is started again.
 */
export async function startEmbeddedPostgres(
  dataFolder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  const cluster = locateCluster(resolve(dataFolder), settings)
  if (findPostmaster(cluster.path) === undefined && isLeftUnsynced(cluster.path))
    rmSync(cluster.path, { recursive: true })
  if (!existsSync(cluster.path)) await createCluster(cluster)
  const found = findPostmaster(cluster.path)
  const socketFolder = found?.socketFolder ?? makeSocketFolder(cluster)
  let postmaster = await runPostgres(cluster, socketFolder)
  let lock: pg.Client
  try {
    lock = await takeFolderLock(urlOf(cluster, socketFolder, 'postgres'), cluster.folder)
    await createDatabase(lock)
  } catch (error) {
    // Who was refused leaves it to the other server, whichever of the two has started it.
    if (found === undefined && !(error instanceof Refusal)) await stopPostmaster(cluster.path, postmaster.pid)
    throw error
  }

  const synced = isUnsynced(cluster.path) ? syncCluster(cluster) : Promise.resolve()
  // Whoever is about to answer learns of its failure.
  synced.catch(() => undefined)
  let stopping: Promise<void> | undefined
  let restoring = Promise.resolve()
  const watch = () => {
    lock.once('end', () => {
      if (stopping === undefined) restoring = restore()
    })
  }
  const restore = async () => {
    while (stopping === undefined) {
      try {
        postmaster = await runPostgres(cluster, socketFolder)
        lock = await takeFolderLock(urlOf(cluster, socketFolder, 'postgres'), cluster.folder)
        return watch()
      } catch {
        // Backends of a killed postmaster need a moment to leave, and a full disk or memory may ease.
        await pause(500)
      }
    }
  }
  const stop = () => {
    stopping ??= (async () => {
      await restoring
      await synced.catch(() => undefined)
      await lock.end().catch(() => undefined)
      await stopPostmaster(cluster.path, postmaster.pid)
      if (socketFolder.startsWith(join(tmpdir(), 'almanac-')))
        rmSync(socketFolder, { recursive: true, force: true })
    })()
    return stopping
  }
  watch()
  return { url: urlOf(cluster, socketFolder, databaseName), synced, stop, [Symbol.asyncDispose]: stop }
}

/** Of the embedded PostgreSQL that runs on this folder now, for commands beside the server. */
export function findEmbeddedPostgres(dataFolder: string): string | undefined {
  const folder = resolve(dataFolder)
  const postmaster = findPostmaster(join(folder, 'postgres'))
  if (postmaster === undefined || !postmaster.ready) return undefined
  return urlOf({ passwordFile: join(folder, 'postgres-password') }, postmaster.socketFolder, databaseName)
}

function urlOf(
  { passwordFile }: Pick<Cluster, 'passwordFile'>,
  socketFolder: string,
  database: string,
): string {
  const password = readFileSync(passwordFile, 'utf8').trim()
  return `postgresql://${superuser}:${password}@${encodeURIComponent(socketFolder)}:5432/${database}`
}

async function runPostgres(cluster: Cluster, socketFolder: string): Promise<Postmaster> {
  const running = findPostmaster(cluster.path)
  return awaitPostmaster(cluster, running === undefined ? launchPostgres(cluster, socketFolder) : undefined)
}

async function takeFolderLock(url: string, folder: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: `almanac ${process.pid}` })
  // A broken connection ends, and the end is what is watched.
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

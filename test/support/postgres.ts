import { accessSync, constants, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'
import { findPostmaster, stopPostmaster } from '../../src/store/postmaster.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's URL of the run's own cluster. Databases are made beside this one: test/support/database.ts. */
    postgresUrl: string
  }
}

const prefix = 'almanac-test-'

const place = findRoom()

/** Memory, when the machine shares enough of it: each test file clones a database. */
function findRoom(): string {
  const memory = '/dev/shm'
  try {
    accessSync(memory, constants.W_OK)
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize > 2 * 2 ** 30 ? memory : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** One cluster for the whole run, thrown away after it: the only place where fsync is off. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweep()
  const folder = mkdtempSync(join(place, `${prefix}${process.pid}-`))
  const postgres = await startEmbeddedPostgres(folder, {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
  })
  project.provide('postgresUrl', postgres.url)
  return async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs that were killed leave their cluster running. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(place).filter((entry) => entry.startsWith(prefix))) {
    if (alive(Number(name.slice(prefix.length).split('-')[0]))) continue
    const cluster = join(place, name, 'postgres')
    const postmaster = findPostmaster(cluster)
    if (postmaster !== undefined) await stopPostmaster(cluster, postmaster.pid)
    rmSync(join(place, name), { recursive: true, force: true })
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

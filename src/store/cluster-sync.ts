import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A new cluster's thousand files are brought to the disk while its tables are made already. Until that is done a mark
 * lies in it with its maker's number: should the power fail, nobody was answered from it, and the next start makes it anew.
 */
const markIn = (cluster: string): string => join(cluster, 'almanac-unsynced')

/** Before the cluster gets its name. */
export function markUnsynced(draft: string): void {
  const mark = markIn(draft)
  writeFileSync(mark, String(process.pid), { mode: 0o600 })
  bringToDisk(mark)
  bringToDisk(draft)
}

export function isUnsynced(cluster: string): boolean {
  return existsSync(markIn(cluster))
}

/** Never for a cluster that PostgreSQL runs on. */
export function isLeftUnsynced(cluster: string): boolean {
  if (!isUnsynced(cluster)) return false
  const maker = Number(readFileSync(markIn(cluster), 'utf8'))
  return maker === process.pid || !isAlive(maker)
}

export function markSynced(cluster: string): void {
  bringToDisk(dirname(cluster))
  rmSync(markIn(cluster), { force: true })
  bringToDisk(cluster)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function bringToDisk(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

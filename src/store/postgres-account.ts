import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Refusal } from '#fhir/refusal.ts'

/** Who runs PostgreSQL: the caller, or, because PostgreSQL refuses root, a system user. */
export interface PostgresAccount {
  /** Absent: the caller's own account. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** The program and arguments to spawn for this one, and the account to spawn it as. */
  command(
    program: string,
    args: readonly string[],
  ): { program: string; args: string[]; uid?: number; gid?: number }
}

const userName = 'postgres'

export function choosePostgresAccount(paths: readonly string[]): PostgresAccount {
  if (process.getuid?.() !== 0) return { command: (program, args) => ({ program, args: [...args] }) }
  const owner = findUser() ?? createUser()
  if (paths.every((path) => reachable(path, owner.uid, owner.gid)))
    return { owner, command: (program, args) => ({ program, args: [...args], ...owner }) }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))
  if (setpriv === undefined)
    throw new Refusal(
      'unavailable',
      `PostgreSQL must not run as root, and the user ${userName} may not enter ${paths.join(' or ')}: ` +
        'start as another user, move to a folder that all may enter, or set DATABASE_URL.',
    )
  return {
    owner,
    command: (program, args) => ({ program: setpriv, args: [...enter(owner), program, ...args] }),
  }
}

/**
 * A clone under /root or `mktemp -d` is closed to others; this one capability lets the user in and nothing else.
 * The secure bit keeps it for access(2) too, by which PostgreSQL's programs look for each other.
 */
const enter = ({ uid, gid }: { uid: number; gid: number }) => [
  `--reuid=${uid}`,
  `--regid=${gid}`,
  '--clear-groups',
  '--securebits=+no_setuid_fixup',
  '--inh-caps=-all,+dac_override',
  '--ambient-caps=-all,+dac_override',
]

function reachable(path: string, uid: number, gid: number): boolean {
  const { mode, uid: owner, gid: group } = statSync(path)
  const bits = owner === uid ? mode >> 6 : group === gid ? mode >> 3 : mode
  if ((bits & 0o5) !== 0o5 && !(bits & 0o1 && statSync(path).isDirectory())) return false
  const parent = dirname(path)
  return parent === path || reachable(parent, uid, gid)
}

function findUser(): { uid: number; gid: number } | undefined {
  try {
    const ask = (flag: string) =>
      Number(execFileSync('id', [flag, userName], { stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: ask('-u'), gid: ask('-g') }
  } catch {
    return undefined
  }
}

function createUser(): { uid: number; gid: number } {
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent']
  try {
    execFileSync('useradd', [...args, '--shell', '/usr/sbin/nologin', userName], { stdio: 'ignore' })
  } catch {
    // Another start may have made the user meanwhile: what counts is whether it is there now.
  }
  const user = findUser()
  if (user !== undefined) return user
  throw new Refusal(
    'unavailable',
    `PostgreSQL must not run as root, and the system user ${userName} could not be made with useradd: ` +
      'make it, start as another user, or set DATABASE_URL.',
  )
}

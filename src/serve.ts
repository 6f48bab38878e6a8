import { Refusal } from '#fhir/refusal.ts'
import { createLogger } from '#http/log.ts'
import { startEmbeddedPostgres } from '#store/embedded-postgres.ts'
import type { App } from './app.ts'
import { type Config, ConfigError, readConfig } from './config.ts'

/** Opens the rooms in order, serves until a signal, closes them in reverse. */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    await serveUntil(awaitSignal(), readConfig(environment))
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Refusal)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

async function serveUntil(stopped: Promise<void>, config: Config): Promise<void> {
  const logger = createLogger(config.logLevel)
  // The rest of the program is read while PostgreSQL starts.
  const joining = import('./app.ts')
  await using postgres =
    config.databaseUrl === undefined ? await startEmbeddedPostgres(config.dataFolder) : undefined
  const { openApp } = await joining
  await using app = await openApp(config, config.databaseUrl ?? postgres?.url ?? '', logger, {
    ready: postgres?.synced,
  })
  await greet(app, config)
  await stopped
  logger.info('stopping: answering what is under way')
}

/** Resolves at the first signal; a second one does not wait for anybody. */
function awaitSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve()
        process.once(signal, () => process.exit(1))
      })
    }
  })
}

async function greet(app: App, config: Config): Promise<void> {
  const base = `${config.publicUrl ?? app.url}/fhir`
  const lines = [`FHIR base        ${base}`, `SMART discovery  ${base}/.well-known/smart-configuration`]
  if (config.demo) {
    const token = await app.sign({ tenant: 'main', clientId: 'demo', scope: 'system/*.cruds' })
    const query = 'Slot?status=free&_sort=start&_count=3&_pretty=true'
    const { demoPeople } = await import('./demo-people.ts')
    const width = Math.max(...demoPeople.map(({ email }) => email.length)) + 2
    lines.push('', `Sign in          ${app.url}/oauth/account, letters at ${app.url}/dev/mail`, '')
    lines.push(...demoPeople.map(({ email, role }) => `  ${email.padEnd(width)}${role}`))
    lines.push('', 'Try it:', '', `  curl -H 'Authorization: Bearer ${token}' '${base}/${query}'`)
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}

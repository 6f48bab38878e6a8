import { Refusal } from '#fhir/refusal.ts'
import { createLogger } from '#http/log.ts'
import { startEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { type App, openApp } from './app.ts'
import { type Config, ConfigError, readConfig } from './config.ts'

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
    lines.push(
      '',
      'Try it:',
      '',
      `  curl -H 'Authorization: Bearer ${token}' '${base}/Slot?status=free&_sort=start&_count=3&_pretty=true'`,
    )
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}

async function serve(config: Config): Promise<void> {
  const stopped = awaitSignal()
  const logger = createLogger(config.logLevel)
  await using postgres =
    config.databaseUrl === undefined ? await startEmbeddedPostgres(config.dataFolder) : undefined
  await using app = await openApp(config, config.databaseUrl ?? postgres?.url ?? '', logger)
  await greet(app, config)
  await stopped
  logger.info('stopping: answering what is under way')
}

try {
  await serve(readConfig(process.env))
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

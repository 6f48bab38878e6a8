import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, type AppOptions, openApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/http/log.ts'
import { cloneTemplate, dropDatabase } from './database.ts'

export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:{port}` */
  readonly origin: string
  /** The FHIR base of the clinic `main`. */
  readonly base: string
  /** Of another clinic; `north` is there unless the settings say otherwise. */
  baseOf(clinic: string): string
  token(wish: TokenWish): Promise<string>
  readonly app: App
  readonly databaseUrl: string
  /** Where the keys lie that seal the audit trail. */
  readonly auditKeys: string
  /** All that was logged. */
  log(): string
  close(): Promise<void>
}

export interface TokenWish {
  readonly scope: string
  /** Id of the patient in context. */
  readonly patient?: string
  readonly fhirUser?: string
  readonly roles?: readonly string[]
  readonly clinic?: string
}

/**
 * The whole server, as main.mjs joins it, on a free port and a database of its own. `reach` may lead it to that database
 * by another way, which the test can cut.
 */
export async function startTestServer(
  settings: Partial<Config> = {},
  reach: (databaseUrl: string) => string | Promise<string> = (url) => url,
  options: AppOptions = {},
): Promise<TestServer> {
  const databaseUrl = await cloneTemplate()
  const logged: string[] = []
  const auditKeys = mkdtempSync(join(tmpdir(), 'almanac-test-keys-'))
  const config: Config = {
    ...readConfig({ DEMO: 'false', CLINICS: 'north', GENERATE_SLOTS: 'false' }),
    port: 0,
    auditKeys,
    ...settings,
  }
  const app = await openApp(
    config,
    await reach(databaseUrl),
    createLogger('info', { write: (line) => logged.push(line) }),
    options,
  )
  const close = async () => {
    await app.close()
    await dropDatabase(databaseUrl)
    rmSync(auditKeys, { recursive: true, force: true })
  }
  return {
    origin: app.url,
    base: `${app.url}/fhir`,
    baseOf: (clinic) => `${app.url}${clinic === 'main' ? '/fhir' : `/c/${clinic}/fhir`}`,
    token: ({ clinic = 'main', ...claims }) => app.sign({ tenant: clinic, clientId: 'test', ...claims }),
    app,
    databaseUrl,
    auditKeys,
    log: () => logged.join(''),
    close,
    [Symbol.asyncDispose]: close,
  }
}

import { type App, openApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/http/log.ts'
import { createTestDatabase } from './database.ts'

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
  close(): Promise<void>
}

export interface TokenWish {
  readonly scope: string
  /** Id of the patient in context. */
  readonly patient?: string
  readonly fhirUser?: string
  readonly clinic?: string
}

/** The whole server, as main.ts joins it, on a database of its own and a free port. */
export async function startTestServer(settings: Partial<Config> = {}): Promise<TestServer> {
  const database = await createTestDatabase({ open: false })
  const config: Config = { ...readConfig({ DEMO: 'false', CLINICS: 'north' }), port: 0, ...settings }
  const app = await openApp(config, database.url, createLogger('silent'))
  const close = async () => {
    await app.close()
    await database.drop()
  }
  return {
    origin: app.url,
    base: `${app.url}/fhir`,
    baseOf: (clinic) => `${app.url}${clinic === 'main' ? '/fhir' : `/c/${clinic}/fhir`}`,
    token: ({ clinic = 'main', ...claims }) => app.sign({ tenant: clinic, clientId: 'test', ...claims }),
    app,
    databaseUrl: database.url,
    close,
    [Symbol.asyncDispose]: close,
  }
}

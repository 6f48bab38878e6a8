import type { Provider } from 'oidc-provider'
import type { KeySetFetch } from './key-set-fetch.ts'

/** As far as it is needed here: where oidc-provider keeps the keys of one app. */
interface KeyStore {
  readonly jwksUri?: string
  freshUntil?: number
  fetchedAt?: number
  fresh(): boolean
  clear(): void
  refresh(): Promise<void>
  selectForVerify(options: unknown): readonly unknown[]
}

/** What may not be kept is kept for the request that fetched it. */
const shortestSeconds = 1
/** An unknown kid is worth one more look in this time, however many assertions claim it. */
const unknownKidSeconds = 10

const seconds = () => Math.floor(Date.now() / 1_000)

/**
 * By itself oidc-provider asks for a key set again only when a signature does not fit, so a key that an app has taken
 * back would be good for ever. Here a key set is as old as its Cache-Control allows, and no older.
 */
export function keepKeySetsByTheirHeaders(provider: Provider, keySets: KeySetFetch): void {
  const store = Object.getPrototypeOf(anyKeyStore(provider)) as KeyStore
  const { refresh, selectForVerify } = store

  store.refresh = async function () {
    if (this.fresh()) return
    await refresh.call(this)
    this.fetchedAt = seconds()
    const until = this.jwksUri === undefined ? undefined : keySets.freshUntil(this.jwksUri)
    this.freshUntil = Math.max(until ?? 0, seconds() + shortestSeconds)
  }

  store.selectForVerify = function (options) {
    if (!this.fresh()) this.clear()
    const keys = selectForVerify.call(this, options)
    const looked = this.fetchedAt !== undefined && seconds() - this.fetchedAt < unknownKidSeconds
    if (keys.length === 0 && this.jwksUri !== undefined && !looked) this.freshUntil = 0
    return keys
  }
}

function anyKeyStore(provider: Provider): object {
  const AnyClient = provider.Client as unknown as new (metadata: object) => { asymmetricKeyStore: object }
  const client = new AnyClient({
    client_id: 'key-store',
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'none',
  })
  return client.asymmetricKeyStore
}

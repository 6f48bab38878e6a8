import { codeOf, Visitor } from '../../test/support/visitor.ts'
import { Skipped, type Subject } from './check.ts'

const redirectUri = 'http://127.0.0.1:9/callback'
const anna = 'anna@patient.example'

/** A demo server of ours lets an app register itself, and its patient Anna reads her letters where everybody can. */
export async function openDemo(base: string): Promise<Subject> {
  const { origin } = new URL(base)
  const mail = await fetch(`${origin}/dev/mail`).catch(() => undefined)
  if (mail?.status !== 200) return { base, apps: {} }
  const app = await register(`${origin}/oauth/register`, { token_endpoint_auth_method: 'none' })
  const secret = await register(`${origin}/oauth/register`, {
    token_endpoint_auth_method: 'client_secret_basic',
  })
  return {
    base,
    apps: {
      public: { clientId: app.client_id, redirectUri },
      symmetric: { clientId: secret.client_id, redirectUri, secret: secret.client_secret ?? '' },
    },
    async visit(address, { agree }) {
      if (agree !== undefined) throw new Skipped('consent is narrowed on a page')
      const visitor = new Visitor(origin)
      const { pathname, search } = new URL(address)
      await visitor.follow(pathname + search)
      const before = await visitor.newestLetter(anna)
      await visitor.submit('/oauth/sign-in', { email: anna })
      await visitor.submit('/oauth/sign-in/code', {
        code: codeOf(await visitor.letter(anna, /\d{4} \d{4}/, before)),
      })
      await visitor.submit('', { answer: 'allow' })
      return new URL(visitor.sheet.headers.get('location') ?? '', origin)
    },
  }
}

interface Registered {
  readonly client_id: string
  readonly client_secret?: string
}

async function register(endpoint: string, metadata: object): Promise<Registered> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      client_name: 'SMART checks',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      ...metadata,
    }),
  })
  if (response.status !== 201)
    throw new Error(`The server takes no app: ${response.status}. Name apps with --apps.`)
  return (await response.json()) as Registered
}

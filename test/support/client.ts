import supertest from 'supertest'

/**
 * Speaks HTTP to a server of a test: `await clientOf(server).get('/health').expect(200, { status: 'ok' })`. Any header may
 * be sent, Host too; a status of 400 or above is an answer like the others. Sent when awaited.
 */
export function clientOf({ url }: { readonly url: string }, headers: Readonly<Record<string, string>> = {}) {
  return supertest.agent(url).set({ ...headers })
}

import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

/** RSA keys that id tokens are signed with, made when there is none; the newest comes first. */
export async function loadTokenKeys(query: Query): Promise<readonly JWK[]> {
  const load = () =>
    query<{ jwk: JWK }>('select jwk from oauth_key where retired is null order by created desc, kid')
  const known = await load()
  if (known.length > 0) return known.map(({ jwk }) => jwk)
  const { privateKey } = await generateKeyPair('RS256', { extractable: true, modulusLength: 2048 })
  const jwk = await exportJWK(privateKey)
  const kid = await calculateJwkThumbprint(jwk)
  await query(
    `insert into oauth_key (kid, jwk) select $1, $2::jsonb where not exists (select from oauth_key where retired is null)`,
    [kid, JSON.stringify({ ...jwk, kid, alg: 'RS256', use: 'sig' })],
  )
  return (await load()).map((row) => row.jwk)
}

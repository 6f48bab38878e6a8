import type { Definitions } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import { parseSearch } from '#fhir/search-parse.ts'
import type { AuthorizationServer } from '#oauth/server/authorization-server.ts'
import { createLauncherRoad } from '#oauth/server/launcher-road.ts'
import { createAccounts } from '#oauth/sign-in/accounts.ts'
import { isStaff, rolesAt } from '#oauth/sign-in/roles.ts'
import type { WebRoad } from '#oauth/web-exchange.ts'
import type { Database } from '#store/store.ts'
import { pathOf } from './clinic-bases.ts'

const mostPatients = 100

/** The demo's page that opens apps, over the demo clinic's own people. */
export function joinLauncher(
  { clients, launches, sessions }: AuthorizationServer,
  database: Database,
  definitions: Definitions,
): WebRoad {
  const accounts = createAccounts((text, values) => database.global(text, values))
  return createLauncherRoad({
    clients,
    launches,
    sessions,
    basePath: pathOf('main'),
    async users() {
      const all = (await accounts.ofClinic('main')).filter(({ disabled }) => !disabled)
      return all.map(({ account }) => account).filter((account) => isStaff(rolesAt(account, 'main')))
    },
    async patients() {
      const { query } = parseSearch(definitions, ['Patient'], [], {
        timeZone: 'UTC',
        strict: true,
        count: { default: mostPatients, most: mostPatients },
      })
      const { matches } = await database.asSystem('main').search(query)
      return matches.map(({ id, text }) => {
        const { name } = parseJson(text) as { name?: { text?: string; family?: string; given?: string[] }[] }
        const written = name?.[0]?.text ?? [...(name?.[0]?.given ?? []), name?.[0]?.family ?? ''].join(' ')
        return { value: id, label: written.trim() === '' ? id : written }
      })
    },
  })
}

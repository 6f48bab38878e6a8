import { randomUUIDv7 } from 'node:crypto'
import { createPrincipal } from '#access/create-principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createPagingTokens } from '#fhir/paging-token.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { FhirRequest } from '#interaction/exchange.ts'
import { createPatch } from '#interaction/patch/create-patch.ts'
import { createRoad } from '#interaction/road.ts'
import { createClaimRule } from '#scheduling/claims/claim-rule.ts'
import { endHolds } from '#scheduling/holds/end-holds.ts'
import { overridesOf } from '#scheduling/rules/overrides.ts'
import type { Database } from '#store/store.ts'
import { createTestDatabase } from '../../support/database.ts'
import { testValidator } from '../../support/validator.ts'
import { gateDatabase } from './gated-database.ts'
import { clinic as resources } from './world.ts'

export interface Sender {
  put(resource: Resource): Promise<Refusal | undefined>
  endHolds(): Promise<void>
}

export interface Clinic extends AsyncDisposable {
  readonly label: string
  readonly start: number
  open(tenant: string): Promise<void>
  setTime(tenant: string, time: number): Promise<void>
  sender(tenant: string, gate: () => Promise<void>): Sender
  countBlocked(): Promise<number>
  resources(tenant: string, type: string): Promise<readonly Resource[]>
  claims(tenant: string): Promise<readonly string[]>
  /** As the superuser: to see what no client sees, and to break what must not break. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

const definitions = loadDefinitions()
const start = Date.UTC(2032, 5, 1)

/** The real road on a real database, with a clock of its own for each clinic. */
export async function openSimulatedClinic(label = 'sound'): Promise<Clinic> {
  const opened = await createTestDatabase({ poolSize: 12 })
  const { database, query } = opened
  await query(`create table virtual_clock (tenant text primary key, now timestamptz not null);
    grant select on virtual_clock to almanac_server, almanac_upkeep;
    create or replace function almanac_now() returns timestamptz language sql volatile as
      $$ select now from virtual_clock where tenant = current_setting('almanac.tenant', true) $$`)
  const validator = testValidator(definitions)
  const applyPatch = createPatch(definitions)
  const times = new Map<string, number>()
  const principalOf = (tenant: string) =>
    createPrincipal({ tenant, clientId: 'simulation', tokenId: 't', scope: 'system/*.cruds' }, definitions)
  const roadOf = (through: Database, tenant: string) => {
    const clock = () => new Date(times.get(tenant) ?? start)
    const rule = createClaimRule({
      advice: {
        alternatives: async () => [],
        checkRules: async () => [],
        overbooking: async (_, { appointment }) =>
          overridesOf(appointment).length === 0 ? undefined : { most: 1, audit: () => undefined },
        allows: async () => true,
        loadOffer: async () => undefined,
      },
      settings: {
        timeZone: 'UTC',
        holdMinutes: 10,
        longestHoldMinutes: 60,
        holdsPerClient: 1_000,
        holdsPerPatient: 1_000,
      },
      clock,
      localBases: () => [],
      openReads: () => through.asSystem(tenant),
    })
    return createRoad({
      database: through,
      definitions,
      validator,
      applyPatch,
      rules: [rule],
      settings: {
        ...{ requireIfMatch: false, conditionalDeleteMultiple: false, conditionalDeleteLimit: 1 },
        ...{ pageSize: 20, pageSizeLimit: 100, timeZone: 'UTC', discloseStaff: false },
      },
      pages: createPagingTokens({ key: new Uint8Array(32), lifetime: 1_000, clock }),
      clock,
      newId: () => randomUUIDv7(),
      runBundle: () => Promise.reject(new Error('no bundles here')),
      invokeOperation: () => Promise.reject(new Error('no operations here')),
    })
  }
  const put = (
    tenant: string,
    { resourceType: type, id = '', ...rest }: Resource,
  ): [FhirRequest, ReturnType<typeof principalOf>] => [
    {
      interaction: 'update',
      method: 'PUT',
      type,
      id,
      query: [],
      body: { mediaType: 'application/fhir+json', json: { resourceType: type, id, ...rest } },
      headers: {},
      base: 'http://127.0.0.1/fhir',
      requestId: 'simulation',
    },
    principalOf(tenant),
  ]
  const clinic: Clinic = {
    label,
    start,
    query,
    async setTime(tenant, time) {
      times.set(tenant, time)
      await query(
        `insert into virtual_clock values ($1, $2) on conflict (tenant) do update set now = greatest(virtual_clock.now, excluded.now)`,
        [tenant, new Date(time)],
      )
    },
    async open(tenant) {
      await clinic.setTime(tenant, start)
      const road = roadOf(database, tenant)
      for (const resource of resources()) await road.interact(...put(tenant, resource))
    },
    sender(tenant, gate) {
      const gated = gateDatabase(database, gate)
      const road = roadOf(gated, tenant)
      return {
        async put(resource) {
          try {
            await road.interact(...put(tenant, resource))
            return undefined
          } catch (failure) {
            if (failure instanceof Refusal) return failure
            throw failure
          }
        },
        async endHolds() {
          // The database's clock differs from clinic to clinic here, so the clinic is named.
          const acrossClinics: Database['acrossClinics'] = (_text, _values) =>
            query(
              `select h.tenant, appointment from booking_hold h join virtual_clock c on c.tenant = h.tenant where h.tenant = $1 and expires <= now`,
              [tenant],
            )
          await endHolds({ database: { acrossClinics, asSystem: gated.asSystem }, road, principalOf })
        },
      }
    },
    async countBlocked() {
      const [row] = await query<{ many: number }>(
        `select count(*)::integer as many from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return row?.many ?? 0
    },
    async resources(tenant, type) {
      const rows = await query<{ text: string }>(`select text from ${type.toLowerCase()} where tenant = $1`, [
        tenant,
      ])
      return rows.map(({ text }) => JSON.parse(text))
    },
    async claims(tenant) {
      const rows = await query<{ appointment: string; actor: string; begins: Date; ends: Date }>(
        'select appointment, actor, lower(period) as begins, upper(period) as ends from booking_claim where tenant = $1',
        [tenant],
      )
      return rows.map(
        ({ appointment, actor, begins, ends }) =>
          `${appointment} ${actor} ${begins.toISOString()} ${ends.toISOString()}`,
      )
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
  return clinic
}

import { randomUUIDv7 } from 'node:crypto'
import { createPrincipal } from '#access/create-principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createPagingTokens } from '#fhir/paging-token.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { FhirRequest } from '#interaction/exchange.ts'
import { createPatch } from '#interaction/patch/create-patch.ts'
import { createRoad } from '#interaction/road.ts'
import type { BookingParts } from '#scheduling/booking/booking-parts.ts'
import { createClaimRule } from '#scheduling/claims/claim-rule.ts'
import { ClinicCalendars } from '#scheduling/find/clinic-calendar.ts'
import { endHolds } from '#scheduling/holds/end-holds.ts'
import { createReplan } from '#scheduling/replan/replan.ts'
import { overridesOf } from '#scheduling/rules/overrides.ts'
import { returnToList } from '#scheduling/waitlist/follow-answer.ts'
import { lookThrough } from '#scheduling/waitlist/look-through.ts'
import { createWaitlistRule } from '#scheduling/waitlist/waitlist-rule.ts'
import type { Database } from '#store/store.ts'
import { createTestDatabase } from '../../support/database.ts'
import { testValidator } from '../../support/validator.ts'
import { gateDatabase } from './gated-database.ts'
import { type Place, clinic as resources } from './world.ts'

export interface Sender {
  put(resource: Resource): Promise<Refusal | undefined>
  /** Closes a doctor's time and moves whom it hits. */
  replan(doctor: string, range: { readonly start: string; readonly end: string }): Promise<Resource | Refusal>
  /** Looks through the waiting list. */
  look(): Promise<void>
  endHolds(): Promise<void>
}

export interface Clinic extends AsyncDisposable {
  readonly label: string
  readonly start: number
  open(tenant: string, more?: readonly Place[]): Promise<void>
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
  /** Each client talks to a server of its own: what one remembers the others do not wait for. */
  const calendarsOf = () => new ClinicCalendars(database, 'UTC')
  const roadOf = (through: Database, tenant: string, calendars = calendarsOf()) => {
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
      rules: [calendars.rule, rule, createWaitlistRule({ timeZone: 'UTC', stir: () => undefined })],
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
    async open(tenant, more) {
      await clinic.setTime(tenant, start)
      const road = roadOf(database, tenant)
      for (const resource of resources(more)) await road.interact(...put(tenant, resource))
    },
    sender(tenant, gate) {
      const gated = gateDatabase(database, gate)
      const calendars = calendarsOf()
      const road = roadOf(gated, tenant, calendars)
      const principal = principalOf(tenant)
      const store = gated.openStore(principal.viewerFor('u'))
      const find = {
        ...{ calendars, timeZone: 'UTC', compileCondition: () => () => true },
        clock: () => new Date(times.get(tenant) ?? start),
      }
      return {
        async replan(doctor, { start: from, end }) {
          const transact: BookingParts['transact'] = (_, work) => store.transaction(work)
          const { invoke } = createReplan({ ...find, newId: () => randomUUIDv7(), transact })
          const asked = {
            ...{ actor: { reference: `Practitioner/${doctor}` }, start: from, end },
            ...{ mode: 'apply', atomic: true },
          }
          const parameters = new Map(Object.entries(asked).map(([name, value]) => [name, [value]]))
          const [request] = put(tenant, { resourceType: 'Schedule' })
          try {
            const { id: _, ...typed } = request
            const call = { request: { ...typed, operation: 'replan' }, principal, store, road, parameters }
            return JSON.parse((await invoke(call)).body ?? '') as Resource
          } catch (failure) {
            if (failure instanceof Refusal) return failure
            throw failure
          }
        },
        async look() {
          await lookThrough({ database: gated, road, find, principalOf, offerMinutes: 10 }, tenant)
        },
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
          await endHolds({
            ...{ database: { acrossClinics, asSystem: gated.asSystem }, road, principalOf },
            returned: returnToList,
          })
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

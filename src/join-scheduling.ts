import type { Principal } from '#access/principal.ts'
import type { SecurityLog } from '#audit/security-log.ts'
import type { PagingTokens } from '#fhir/paging-token.ts'
import type { Resource } from '#fhir/resource.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation } from '#interaction/operation.ts'
import type { Road } from '#interaction/walk.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import type { Advice } from '#scheduling/advice.ts'
import { createGenerateSlots } from '#scheduling/availability/generate-slots.ts'
import { keepGenerated } from '#scheduling/availability/keep-generated.ts'
import type { BookingParts } from '#scheduling/booking/booking-parts.ts'
import { forgetRequests } from '#scheduling/booking/forget-requests.ts'
import { loadBookingOperations } from '#scheduling/booking/load-booking-operations.ts'
import { createCalendarFeed, createRevokeFeeds, readFeed } from '#scheduling/calendars/feeds.ts'
import { createFreeBusy } from '#scheduling/calendars/free-busy.ts'
import { createIcs } from '#scheduling/calendars/ics.ts'
import { createReply } from '#scheduling/calendars/reply.ts'
import { AlternativesDesk } from '#scheduling/claims/alternatives-desk.ts'
import type { SchedulingSettings } from '#scheduling/claims/claim-parts.ts'
import { createClaimRule } from '#scheduling/claims/claim-rule.ts'
import { createExplain } from '#scheduling/explain/explain.ts'
import { findAlternatives } from '#scheduling/find/alternatives.ts'
import { ClinicCalendars } from '#scheduling/find/clinic-calendar.ts'
import { createFind } from '#scheduling/find/find.ts'
import { keepSeen } from '#scheduling/find/keep-seen.ts'
import { loadOffer } from '#scheduling/find/offers.ts'
import { endHolds } from '#scheduling/holds/end-holds.ts'
import { startSweeper } from '#scheduling/holds/every-second.ts'
import { createReplan } from '#scheduling/replan/replan.ts'
import { createBookingRuleCheck } from '#scheduling/rules/check-booking-rule.ts'
import { allowsUnasked, checkRules, type RuleParts } from '#scheduling/rules/check-rules.ts'
import { createDryRun } from '#scheduling/rules/dry-run.ts'
import { loadOverbooking } from '#scheduling/rules/overbooking.ts'
import { createUtilization } from '#scheduling/statistics/utilization.ts'
import { returnToList } from '#scheduling/waitlist/follow-answer.ts'
import type { Database, Transaction } from '#store/store.ts'
import { compileCondition } from '#validation/condition.ts'
import { faultOfExpression } from '#validation/fault-of-expression.ts'
import { type ExternalCalendarSettings, joinExternalCalendars } from './join-external-calendars.ts'
import { joinMessages, type MessageParts } from './join-messages.ts'
import { joinPublished, type Published, type PublishedSettings } from './join-published.ts'
import { joinWaitlist, type WaitlistParts } from './join-waitlist.ts'

export interface SchedulingParts {
  readonly database: Database
  readonly settings: SchedulingSettings &
    WaitlistParts['settings'] &
    ExternalCalendarSettings &
    PublishedSettings & { readonly generateSlots: boolean }
  readonly clock: () => Date
  readonly newId: () => string
  readonly pages: PagingTokens
  readonly localBases: (tenant: string) => readonly string[]
  /** The server itself, in a clinic. */
  readonly principalOf: (tenant: string) => Principal
  readonly securityLog: SecurityLog
  readonly sendLetter?: MessageParts['sendLetter']
  readonly share?: MessageParts['share']
  readonly onFault: (sentence: string, cause: unknown) => void
}

export interface Scheduling extends Published {
  readonly rules: readonly WriteRule[]
  readonly operations: readonly Operation[]
  /** What lies behind a private calendar address. */
  readFeed(tenant: string, token: string, base: string): Promise<FhirResponse | undefined>
  /** What goes on without being asked: holds end. */
  start(road: Road): AsyncDisposable
}

/** Soon enough after a roster has changed; what nobody changed costs two statements a clinic. */
const halfMinute = 30_000
const hour = 3_600_000

/** In an offer, too, nobody finds the others of a group. */
function shownTo({ veil }: Principal, offer: Resource): Resource {
  const text = veil?.('Appointment')?.show(JSON.stringify(offer))
  return text === undefined ? offer : (JSON.parse(text) as Resource)
}

/** The calendar: take this away and a sound FHIR server remains. */
export function joinScheduling({ database, ...parts }: SchedulingParts): Scheduling {
  const { settings, clock, newId, pages } = parts
  const { timeZone } = settings
  const calendars = new ClinicCalendars(database, timeZone)
  const find = { clock, timeZone, calendars, compileCondition }
  const auditOverride: RuleParts['auditOverride'] = (tx, principal, { id }, { rule, reason }) =>
    tx.audit(
      parts.securityLog.build(tx.tenant, {
        deed: 'override',
        clientId: principal.clientId,
        tokenId: principal.tokenId,
        ...(principal.fhirUser !== undefined && {
          user: { reference: principal.fhirUser, roles: principal.roles },
        }),
        ...(id !== undefined && { about: { reference: `Appointment/${id}` } }),
        description: 'A booking rule was overridden.',
        details: { rule, reason },
      }),
    )
  const openReads = (principal: Principal) => database.openStore(principal.viewerFor('s'))
  const desk = new AlternativesDesk((wanted, most) =>
    database.asSystem(wanted.principal.tenant).transaction((tx) => findAlternatives(find, tx, wanted, most)),
  )
  const advice: Advice = {
    async alternatives(_, wanted, most) {
      const { principal } = wanted
      const found = await desk.ask(wanted, most)
      const seen = await keepSeen((viewer) => database.openStore(viewer), principal.viewerFor('s'), found)
      return seen.map((one) => shownTo(principal, one))
    },
    checkRules: (tx, booking) => checkRules({ ...find, auditOverride }, tx, booking),
    overbooking: (tx, booking) => loadOverbooking({ ...find, auditOverride }, tx, booking),
    allows: (tx, booking) => allowsUnasked(find, tx, booking),
    loadOffer,
  }
  const transact: BookingParts['transact'] = ({ principal }, work) =>
    database.openStore(principal.viewerFor('u')).transaction(work)
  const recordFetch = (tenant: string, actor: string) =>
    parts.securityLog.record(tenant, { deed: 'feed-fetched', about: { reference: actor } })
  const waitlist = joinWaitlist({ ...parts, database, find })
  const external = joinExternalCalendars({ ...parts, database, stir: waitlist.stir })
  const messages = joinMessages({ ...parts, database })
  const ownClient = parts.principalOf('main').clientId
  const rostersOf = async (tx: Transaction) =>
    [...(await calendars.of(tx)).candidates.values()].map(({ roster }) => roster)
  return {
    rules: [
      calendars.rule,
      createBookingRuleCheck({ timeZone, faultOfExpression }),
      createClaimRule({ ...parts, advice, openReads, ownClient }),
      ...waitlist.rules,
      ...messages.rules,
    ],
    operations: [
      ...loadBookingOperations({ ...parts, advice, transact }),
      createGenerateSlots({ clock, newId, timeZone }),
      createFind({ ...find, newId, pages }),
      createExplain(find),
      createDryRun({ ...find, faultOfExpression }),
      createReplan({ ...find, newId, transact }),
      createUtilization({ clock, timeZone }),
      createIcs(),
      createFreeBusy({ clock, timeZone }),
      createCalendarFeed(),
      createRevokeFeeds(),
      createReply(parts),
      ...waitlist.operations,
      ...external.operations,
    ],
    ...joinPublished({ ...parts, database, find }),
    readFeed: (tenant, token, base) => readFeed({ database, clock, recordFetch }, tenant, token, base),
    start(road) {
      const { principalOf, onFault } = parts
      const running = new AsyncDisposableStack()
      running.use(
        startSweeper(
          () => endHolds({ database, road, principalOf, returned: returnToList }),
          (cause) => onFault('Ending holds failed', cause),
        ),
      )
      running.use(waitlist.start(road))
      running.use(external.start())
      running.use(messages.start(road))
      const keep = { database, road, principalOf, clock, newId, timeZone, rostersOf }
      running.use(
        startSweeper(
          () => forgetRequests(database),
          (cause) => onFault('Forgetting booking requests failed', cause),
          hour,
        ),
      )
      if (settings.generateSlots)
        running.use(
          startSweeper(
            () => keepGenerated(keep),
            (cause) => onFault('Generating slots failed', cause),
            halfMinute,
          ),
        )
      return running
    },
  }
}

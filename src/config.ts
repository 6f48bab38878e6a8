import { isTimeZone } from '#fhir/time-zone.ts'
import {
  address,
  choice,
  flag,
  limit,
  list,
  optional,
  readList,
  type Setting,
  text,
  whole,
} from './setting.ts'

/**
 * Every setting, once. Read when the server starts, checked, handed down frozen; no room imports this file.
 * docs/configuration.md is printed from it (`npm run config:docs`).
 */
const server = {
  host: text(
    'HOST',
    '127.0.0.1',
    'The address to listen on. The default is reached from this machine alone.',
  ),
  port: whole('PORT', '8080', [0, 65_535], 'The port to listen on; 0 takes a free one.'),
  publicUrl: optional(
    address(
      'PUBLIC_URL',
      ['http:', 'https:'],
      'Scheme and host that callers use, such as `https://fhir.clinic.example`. Links and token audiences are made from it. Unset: the address that a request came in on.',
    ),
    (url) =>
      url?.startsWith('https:')
        ? undefined
        : 'tokens must be bound to the address that callers know, and travel encrypted; give it the https address',
  ),
  clinics: list(
    'CLINICS',
    '',
    /^(?!main$)[a-z0-9][a-z0-9-]{0,62}$/,
    'names of lower-case letters, digits and dashes',
    'Clinics beside `main`, separated by commas; each has its base at `/c/{clinic}/fhir`.',
  ),
  timeZone: {
    name: 'TIME_ZONE',
    initial: 'UTC',
    form: 'a time zone such as Europe/Prague',
    parse: (value) => (isTimeZone(value) ? value : undefined),
    sentence:
      'The zone meant by dates and times that name none, in resources and in searches; pages show times in it when the clinic names no other.',
  } satisfies Setting<string>,
  trustProxy: {
    name: 'TRUST_PROXY',
    initial: 'false',
    form: 'false, the number of proxies, or addresses separated by commas',
    parse: (value) =>
      value === 'false'
        ? false
        : /^[1-9]$/.test(value)
          ? Number(value)
          : /^[\w.:/, ]+$/.test(value) && value !== 'true'
            ? value
            : undefined,
    sentence: 'Which proxies’ `X-Forwarded-*` headers are believed.',
  } satisfies Setting<boolean | number | string>,
  corsOrigins: {
    name: 'CORS_ORIGINS',
    initial: '*',
    form: '* or origins separated by commas',
    parse: (value) => (value === '*' ? '*' : readList(value, /^https?:\/\/[^/\s]+$/)),
    sentence:
      'Web pages that may call the server from a browser: origins separated by commas, or `*` for any.',
    unsafe: (value) =>
      value === '*' ? 'any web page could call this server; name the origins of your apps' : undefined,
  } satisfies Setting<'*' | readonly string[]>,
  bodyLimit: whole(
    'BODY_LIMIT',
    '10485760',
    [1_024, 104_857_600],
    'Most bytes of a request body, before and after decompression.',
  ),
  bundleLimit: whole('BUNDLE_LIMIT', '5000', [1, 50_000], 'Most entries of a batch or transaction.'),
  logLevel: choice(
    'LOG_LEVEL',
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    'How much is logged. No level logs what a resource says.',
  ),
}

const data = {
  dataFolder: text(
    'ALMANAC_DATA',
    '.almanac',
    'Where the embedded PostgreSQL keeps everything. Copies of the server that run side by side need a folder and a port each.',
  ),
  databaseUrl: optional(
    address(
      'DATABASE_URL',
      ['postgres:', 'postgresql:'],
      'A PostgreSQL server, version 15 or newer, to use in place of the embedded one.',
    ),
    (url) =>
      url === undefined
        ? 'the embedded database has no replica and no backup of its own; name a PostgreSQL server'
        : undefined,
  ),
  poolSize: whole(
    'DATABASE_POOL_SIZE',
    '16',
    [2, 500],
    'Connections to the database. More than a few per processor of the database only wait there instead of here.',
  ),
  statementTimeout: whole(
    'STATEMENT_TIMEOUT',
    '10000',
    [100, 600_000],
    'Milliseconds until a statement is given up; its caller gets a 503.',
  ),
  redisUrl: optional(
    address(
      'REDIS_URL',
      ['redis:', 'rediss:'],
      'Redis, when there is one: servers tell each other by it what was revoked, count requests together and share letters. Unset: by PostgreSQL, each by itself.',
    ),
  ),
}

const writes = {
  checkReferences: flag(
    'CHECK_REFERENCES',
    'true',
    'Refuse a resource that refers to something this server does not hold.',
  ),
  refuseUnknownProfiles: flag(
    'REFUSE_UNKNOWN_PROFILES',
    'false',
    'Refuse a resource whose `meta.profile` names a profile that this server does not know, in place of a warning.',
  ),
  requireIfMatch: flag('REQUIRE_IF_MATCH', 'false', 'Refuse to change a resource without `If-Match` (428).'),
  conditionalDeleteMultiple: flag(
    'CONDITIONAL_DELETE_MULTIPLE',
    'false',
    'Let one conditional delete hit several resources.',
  ),
}

const calendar = {
  generateSlots: flag(
    'GENERATE_SLOTS',
    'true',
    'Keep the slots of schedules that say how they are cut made as far ahead as may be booked.',
  ),
  holdMinutes: whole(
    'HOLD_MINUTES',
    '10',
    [1, 1_440],
    'How long a hold on an appointment lasts when its maker does not say.',
  ),
  longestHoldMinutes: whole(
    'LONGEST_HOLD_MINUTES',
    '60',
    [1, 10_080],
    'The longest hold that anyone may ask for.',
  ),
  holdsPerClient: whole(
    'HOLDS_PER_CLIENT',
    '200',
    [1, 100_000],
    'Most holds at a time that one client may have.',
  ),
  holdsPerPatient: whole('HOLDS_PER_PATIENT', '3', [1, 1_000], 'Most holds at a time for one patient.'),
  offerMinutes: whole(
    'WAITLIST_OFFER_MINUTES',
    '60',
    [5, 10_080],
    'How long somebody on the waiting list has to answer when a time has come free; then the next one is asked.',
  ),
  tellPatients: flag(
    'TELL_PATIENTS',
    'true',
    'Write to patients by e-mail when others have moved, changed or cancelled their visit, and when the waiting list offers them a time; needs `SMTP_URL` (the demo shows its letters at `/dev/mail`).',
  ),
  declinedAppointments: choice(
    'DECLINED_APPOINTMENTS',
    'cancelled',
    ['cancelled', 'proposed'],
    'What becomes of a pending Appointment that somebody who is needed declines.',
  ),
  publishedClinics: list(
    'PUBLISHED_CLINICS',
    '',
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'names of clinics',
    'Clinics whose free and taken times everybody may read at `[base]/$bulk-publish` (SMART Scheduling Links).',
  ),
  bookingApp: address(
    'BOOKING_APP',
    ['http:', 'https:'],
    'Where the page of a published time sends people on to book it; it gets `iss`, `slot`, `source` and `booking-referral`. Unset: the page names the telephone.',
  ),
}

const externalCalendars = {
  calendarMinutes: whole(
    'EXTERNAL_CALENDAR_MINUTES',
    '15',
    [1, 1_440],
    'How often external calendars are fetched.',
  ),
  calendarStaleMinutes: whole(
    'EXTERNAL_CALENDAR_STALE_MINUTES',
    '360',
    [1, 43_200],
    'How old what is known of an external calendar may be before the choice counts that was made for that.',
  ),
  calendarAccounts: optional(
    text(
      'CALENDAR_ACCOUNTS',
      undefined,
      'File of the accounts with which clinics ask Google and Microsoft for free and busy time ([external-calendars.md](api/external-calendars.md)); it holds secrets. Unset: none.',
    ),
  ),
  trustedCalendarOrigins: list(
    'TRUSTED_CALENDAR_ORIGINS',
    '',
    /^https?:\/\/[^/\s]+$/,
    'origins',
    'Where external calendars may be fetched although the address is of a private network or not https.',
  ),
}

const people = {
  registration: {
    name: 'CLIENT_REGISTRATION',
    initial: undefined,
    form: 'closed, token or open',
    parse: (value) => (['closed', 'token', 'open'] as const).find((one) => one === value),
    sentence:
      'Who may register apps over the network: nobody, holders of an initial access token, or anyone. Unset: anyone in the demo, nobody otherwise.',
    unsafe: (value) =>
      value === 'open' ? 'anyone could register an app; register yours, or hand out tokens' : undefined,
  } satisfies Setting<'closed' | 'token' | 'open' | undefined>,
  trustedKeyOrigins: list(
    'TRUSTED_KEY_ORIGINS',
    '',
    /^https?:\/\/[^/\s]+$/,
    'origins',
    'Where key sets of apps may be fetched although the address is of a private network or not https.',
  ),
  tokenLifetime: whole('TOKEN_LIFETIME', '3600', [60, 86_400], 'Seconds that an access token is good for.'),
  smtpUrl: optional(
    address(
      'SMTP_URL',
      ['smtp:', 'smtps:'],
      'The mail server that sends sign-in links, such as `smtps://user:password@mail.clinic.example`. Unset: the demo shows its letters at `/dev/mail`; without the demo none are sent.',
    ),
  ),
  mailFrom: text(
    'MAIL_FROM',
    'Almanac <almanac@localhost>',
    'Whom letters are from: `Clinic <sign-in@clinic.example>`.',
  ),
}

const audit = {
  auditKeys: optional(
    text(
      'AUDIT_KEYS',
      undefined,
      'Folder of the keys that seal the audit trail, outside of the database; servers on several machines share one. Unset: `audit-keys` in `ALMANAC_DATA`.',
    ),
  ),
  auditWitness: list(
    'AUDIT_WITNESS',
    '',
    /^(?:file:\/\/\/|https?:\/\/|postgres(?:ql)?:\/\/)\S+$/,
    'addresses that begin with file:///, https://, http:// or postgres://',
    'Who keeps a copy of every seal outside of the database: files that are appended to, hooks that take lines of NDJSON, or other PostgreSQL databases; separated by commas.',
  ),
  auditAlert: optional(
    address(
      'AUDIT_ALERT',
      ['http:', 'https:'],
      'A hook that is told, by a POST of JSON, when the audit trail is found broken.',
    ),
  ),
  auditYears: whole(
    'AUDIT_YEARS',
    '7',
    [6, 100],
    'Years that AuditEvents are kept; `npm run audit:purge` drops whole months after that. HIPAA asks for six at least.',
  ),
  auditYearsByClinic: list(
    'AUDIT_YEARS_BY_CLINIC',
    '',
    /^[a-z][a-z0-9-]*=(?:[6-9]|[1-9]\d|100)$/,
    'clinics and their years (6 to 100) such as north=10',
    'Clinics that keep their AuditEvents for other periods than AUDIT_YEARS.',
  ),
  discloseStaff: flag(
    'DISCLOSE_STAFF',
    'false',
    'Tell patients by name which member of the staff saw or changed their data (`$disclosures`, `$timeline`).',
  ),
}

const limits = {
  limitPerAddress: limit('LIMIT_PER_ADDRESS', '20000', 'one network address'),
  limitPerClient: limit('LIMIT_PER_CLIENT', '20000', 'one app'),
  limitPerUser: limit('LIMIT_PER_USER', '1000', 'one user'),
  limitPerClinic: limit('LIMIT_PER_CLINIC', '20000', 'all of one clinic'),
  limitSignIn: whole(
    'LIMIT_SIGN_IN',
    '300',
    [0, 1_000_000],
    'Requests a minute that sign in, or ask for a token, from one network address; 0 for any number.',
  ),
}

const demo = {
  demo: {
    ...flag('DEMO', 'true', 'Put a small demo clinic into an empty database and print a token for it.'),
    unsafe: (value) =>
      value ? 'made-up patients do not belong into a real clinic; set it to false' : undefined,
  } satisfies Setting<boolean>,
  demoUsCore: {
    ...flag(
      'DEMO_US_CORE',
      'false',
      'Put what the test kit of US Core looks for into an empty database, beside the demo clinic or without it.',
    ),
    unsafe: (value) =>
      value ? 'made-up patients do not belong into a real clinic; set it to false' : undefined,
  } satisfies Setting<boolean>,
}

const groups = {
  'The server': server,
  'Where data lies': data,
  'What a write must meet': writes,
  'The calendar': calendar,
  'Calendars elsewhere': externalCalendars,
  'Apps, tokens and letters': people,
  'The audit trail': audit,
  Limits: limits,
  'The demo': demo,
}

const settings = {
  ...server,
  ...data,
  ...writes,
  ...calendar,
  ...externalCalendars,
  ...people,
  ...audit,
  ...limits,
  ...demo,
}

type Settings = typeof settings
type ValueOf<S> = S extends Setting<infer T> ? T : never
export type Config = { readonly [Key in keyof Settings]: ValueOf<Settings[Key]> }

/** All that is wrong with the environment, as sentences for who starts the server. */
export class ConfigError extends Error {}

export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const wrong: string[] = []
  const config: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
    const written = environment[setting.name]?.trim()
    const source = written === undefined || written === '' ? setting.initial : written
    const value = source === undefined ? undefined : setting.parse(source)
    if (source !== undefined && value === undefined) wrong.push(`${setting.name} must be ${setting.form}.`)
    else if (environment.NODE_ENV === 'production') {
      const reason = setting.unsafe?.(value)
      if (reason !== undefined) wrong.push(`${setting.name} is not safe in production: ${reason}.`)
    }
    config[key] = value
  }
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'))
  return Object.freeze(config) as Config
}

export function describeSettings(): string {
  return [
    '# Settings',
    '',
    'Environment variables, read once at start. Printed from `src/config.ts` by `npm run config:docs`.',
    'With `NODE_ENV=production` the server does not start while a setting marked ⚠ has an unsafe value, and names each.',
    ...Object.entries(groups).flatMap(([heading, group]) => [
      ...['', `## ${heading}`, '', '| name | default | meaning |', '|---|---|---|'],
      ...Object.values<Setting<unknown>>(group).map(describeSetting),
    ]),
    '',
  ].join('\n')
}

function describeSetting({ name, initial, sentence, unsafe }: Setting<unknown>): string {
  const mark = unsafe === undefined ? '' : ' ⚠'
  return `| \`${name}\`${mark} | ${initial === undefined || initial === '' ? '' : `\`${initial}\``} | ${sentence} |`
}

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricSources {
  readonly pool: () => { readonly poolTotal: number; readonly poolIdle: number; readonly poolWaiting: number }
  /** Outbox rows not yet delivered. */
  readonly outbox?: () => Promise<number>
  readonly audit?: () => AuditSource
}

export interface AuditSource {
  readonly faults: number
  readonly entries: number
  readonly sealedAt: number
  readonly witnessBehind: number
}

export interface Metrics {
  readonly contentType: string
  observe(interaction: string, status: number, milliseconds: number): void
  watchInFlight(inFlight: () => number): void
  text(): Promise<string>
}

interface Series {
  readonly duration: Histogram.Internal<'interaction'>
  /** By status; labels are looked up once, not per request. */
  readonly totals: Map<number, Counter.Internal>
}

/** https://prometheus.io/docs/practices/naming/; each app has its own registry, so that two in one process do not mix. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'almanac_requests_total',
    help: 'Answered requests by FHIR interaction and HTTP status',
    labelNames: ['interaction', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'almanac_request_duration_seconds',
    help: 'Time from the request line to the answer handed to the socket',
    labelNames: ['interaction'],
    // A cached read takes under a millisecond, a large transaction seconds.
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  new Gauge({
    name: 'almanac_database_connections',
    help: 'Pool connections, and requests waiting for one, by state',
    labelNames: ['state'],
    registers,
    collect() {
      const { poolTotal, poolIdle, poolWaiting } = sources.pool()
      this.set({ state: 'busy' }, poolTotal - poolIdle)
      this.set({ state: 'idle' }, poolIdle)
      this.set({ state: 'waiting' }, poolWaiting)
    },
  })
  const { outbox } = sources
  if (outbox !== undefined) {
    new Gauge({
      name: 'almanac_outbox_pending',
      help: 'Committed changes that are not delivered yet',
      registers,
      async collect() {
        // A database that is down must not take the metrics with it that would tell so.
        this.set(await outbox().catch(() => Number.NaN))
      },
    })
  }
  const series = new Map<string, Series>()
  if (sources.audit !== undefined) watchAudit(sources.audit, registers)
  return {
    contentType: registry.contentType,
    observe(interaction, status, milliseconds) {
      let found = series.get(interaction)
      if (found === undefined) {
        found = { duration: durations.labels(interaction), totals: new Map() }
        series.set(interaction, found)
      }
      let total = found.totals.get(status)
      if (total === undefined) {
        total = requests.labels(interaction, String(status))
        found.totals.set(status, total)
      }
      total.inc()
      found.duration.observe(milliseconds / 1000)
    },
    watchInFlight(inFlight) {
      new Gauge({
        name: 'almanac_requests_in_flight',
        help: 'FHIR requests being worked on',
        registers,
        collect() {
          this.set(inFlight())
        },
      })
    },
    text: () => registry.metrics(),
  }
}

function watchAudit(audit: () => AuditSource, registers: Registry[]): void {
  const gauge = (name: string, help: string, value: (source: AuditSource) => number) =>
    new Gauge({
      name: `almanac_audit_${name}`,
      help,
      registers,
      collect() {
        this.set(value(audit()))
      },
    })
  gauge(
    'faults',
    'Places where the audit trail was found broken; more than none is an emergency',
    (of) => of.faults,
  )
  gauge('chain_entries', 'Entries that this server has added to the audit chains', (of) => of.entries)
  gauge('sealed_timestamp_seconds', 'When this server last sealed events', (of) => of.sealedAt)
  gauge('witness_pending', 'Seals that a witness has not taken yet', (of) => of.witnessBehind)
}

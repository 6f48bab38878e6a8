import type { OpenAnswer, OpenPlace } from './open-road.ts'
import type { HttpParts } from './parts.ts'

/** How long a check may take before it counts as failed: a probe that hangs is no better than one that fails. */
const patience = 2000

/** What runs beside FHIR, by its path. */
export function findProbe(parts: HttpParts): (path: string) => OpenPlace | undefined {
  const probes = new Map<string, () => Promise<OpenAnswer>>()
  probes.set('/health', async () => json(200, { status: 'ok' }))
  probes.set(
    '/ready',
    shared(() => askChecks(parts.checks)),
  )
  probes.set('/metrics', async () => ({
    status: 200,
    contentType: parts.metrics.contentType,
    body: await parts.metrics.text(),
  }))
  const { keySet } = parts
  if (keySet !== undefined) {
    probes.set('/.well-known/jwks.json', async () => ({
      status: 200,
      contentType: 'application/json; charset=utf-8',
      body: await keySet(),
    }))
  }
  return (path) => {
    const read = probes.get(path)
    return read && { name: path.slice(path.lastIndexOf('/') + 1), read }
  }
}

/** Names which check fails, and nothing of hosts or errors: anybody may read it. */
async function askChecks(checks: HttpParts['checks']): Promise<OpenAnswer> {
  const results = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, (await passes(check)) ? 'ok' : 'failed'] as const,
    ),
  )
  const ready = results.every(([, result]) => result === 'ok')
  return json(ready ? 200 : 503, {
    status: ready ? 'ready' : 'not ready',
    checks: Object.fromEntries(results),
  })
}

async function passes(check: () => Promise<unknown>): Promise<boolean> {
  const deadline = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => deadline.resolve(false), patience)
  const asked = check().then(
    () => true,
    () => false,
  )
  return Promise.race([asked, deadline.promise]).finally(() => clearTimeout(timer))
}

/** However many ask at one time, the work is done once: these paths are open to all. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= work().finally(() => {
      running = undefined
    })
    return running
  }
}

function json(status: number, value: object): OpenAnswer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}

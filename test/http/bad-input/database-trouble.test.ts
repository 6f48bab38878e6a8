import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clinic, expectRefusal, openClinic } from './clinic.ts'

/** The way to the database as a wire that can be cut and mended. */
function createWire() {
  const sockets = new Set<Socket>()
  let target: URL
  let port = 0
  const server = createServer((near) => {
    const folder = decodeURIComponent(target.searchParams.get('host') ?? target.hostname)
    const far = connect(`${folder}/.s.PGSQL.${target.port || 5432}`)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  const mend = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  return {
    mend,
    async lay(databaseUrl: string): Promise<string> {
      target = new URL(databaseUrl)
      await mend()
      port = (server.address() as AddressInfo).port
      const url = new URL(`postgresql://127.0.0.1:${port}${target.pathname}`)
      url.username = target.username
      url.password = target.password
      return url.href
    },
    async cut(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

const patient = { resourceType: 'Patient', name: [{ family: 'MARKER-Zaphod' }] }
let open: Clinic | undefined

afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

async function expectRecovery(clinic: Clinic): Promise<void> {
  await expect
    .poll(async () => (await clinic.send('/Patient?_count=1')).status, { timeout: 10_000 })
    .toBe(200)
  expect((await clinic.send('/Patient', { body: patient })).status).toBe(201)
  expect((await fetch(`${clinic.server.origin}/ready`)).status).toBe(200)
}

function expectRetryAfter(response: Response): void {
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
}

describe('the database is gone', () => {
  it('callers are told to come back, the process lives, and it heals by itself', async () => {
    const wire = createWire()
    const clinic = await openClinic({}, wire.lay)
    open = clinic
    const id = await clinic.create(patient)
    await wire.cut()
    for (const ask of [
      () => clinic.send(`/Patient/${id}`),
      () => clinic.send('/Patient?family=x'),
      () => clinic.send('/Patient', { body: patient }),
      () => clinic.send('/_history'),
      () =>
        clinic.send('', {
          body: {
            resourceType: 'Bundle',
            type: 'transaction',
            entry: [{ resource: patient, request: { method: 'POST', url: 'Patient' } }],
          },
        }),
    ]) {
      const response = await ask()
      expectRetryAfter(response)
      await expectRefusal(response, 503)
    }
    const ready = await fetch(`${clinic.server.origin}/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.text()).not.toMatch(/127\.0\.0\.1|ECONN|postgres/)
    expect((await fetch(`${clinic.server.origin}/health`)).status).toBe(200)
    expect((await fetch(`${clinic.server.origin}/metrics`)).status).toBe(200)
    expect((await clinic.send('/metadata')).status).toBe(200)
    await wire.mend()
    await expectRecovery(clinic)
    expect((await clinic.send(`/Patient/${id}`)).status).toBe(200)
    expect(clinic.server.log()).not.toContain('MARKER')
  }, 40_000)

  it('while writes are under way: each was answered or left nothing', async () => {
    const wire = createWire()
    const clinic = await openClinic({}, wire.lay)
    open = clinic
    await clinic.create(patient)
    const before = await clinic.countVersions()
    const writes = Array.from({ length: 60 }, async (_, index) => {
      await sleep(index * 2)
      return (await clinic.send('/Patient', { body: patient })).status
    })
    await sleep(40)
    await wire.cut()
    const statuses = await Promise.all(writes)
    expect(new Set(statuses).isSubsetOf(new Set([201, 503]))).toBe(true)
    await wire.mend()
    await expectRecovery(clinic)
    // A commit whose answer was lost on the wire may have happened; nothing that was answered may be missing.
    const created = statuses.filter((status) => status === 201).length
    const kept = (await clinic.countVersions()) - before - 1
    expect(kept).toBeGreaterThanOrEqual(created)
    expect(kept).toBeLessThanOrEqual(60)
  }, 40_000)
})

describe('the database is slow', () => {
  /** Somebody holds the table: every statement on it waits. */
  async function holdPatients(clinic: Clinic): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: clinic.server.databaseUrl })
    await client.connect()
    await client.query('begin')
    await client.query('lock table "patient", history in access exclusive mode')
    return async () => {
      await client.query('rollback')
      await client.end()
    }
  }

  it('a statement past its time is given up: 503, and the next one works', async () => {
    const clinic = await openClinic({ statementTimeout: 300 })
    open = clinic
    const id = await clinic.create(patient)
    const release = await holdPatients(clinic)
    for (const ask of [() => clinic.send('/Patient?family=x'), () => clinic.send(`/Patient/${id}`)]) {
      const response = await ask()
      expectRetryAfter(response)
      await expectRefusal(response, 503)
    }
    const versions = clinic.send('/Patient', { body: patient })
    const refused = await versions
    await expectRefusal(refused, 503)
    await release()
    await expectRecovery(clinic)
    expect(clinic.server.log()).not.toContain('MARKER')
  }, 40_000)

  it('more callers than connections: each is answered, none waits for ever', async () => {
    const clinic = await openClinic({ poolSize: 2, statementTimeout: 500 })
    open = clinic
    await clinic.create(patient)
    const release = await holdPatients(clinic)
    const answers = await Promise.all(Array.from({ length: 40 }, () => clinic.send('/Patient?family=x')))
    for (const answer of answers) {
      expectRetryAfter(answer)
      await expectRefusal(answer, 503)
    }
    await release()
    await expectRecovery(clinic)
  }, 60_000)
})

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Resource } from '#fhir/resource.ts'
import { type RunningServer, startServer } from './server-process.ts'

/** What validation is beside the rest of a server: of a large transaction, and of its memory. */
export async function measureShare(
  types: readonly string[],
  validate: (resource: Resource) => void,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-bench-'))
  // As the other figures are taken: of a server whose data and compiled sources are there already.
  await (await startServer(folder)).stop()
  const server = await startServer(folder)
  try {
    const share = await measureAppointments(server, folder, validate)
    for (const type of types) {
      await send(server, 'GET', `${type}?_count=1`)
      await send(server, 'POST', `${type}/$validate`, JSON.stringify({ resourceType: type }))
    }
    const megabytes = Math.round(server.memory() / 1e6)
    const used = `All ${types.length} types searched and validated: the server takes ${megabytes} MB (aim ≤ 250).`
    return [share, used]
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const many = 1_000
const rounds = 5

async function measureAppointments(
  server: RunningServer,
  folder: string,
  validate: (resource: Resource) => void,
): Promise<string> {
  const appointments = Array.from({ length: many }, (_, i) => buildAppointment(i))
  const entry = appointments.map((resource) => ({
    resource,
    request: { method: 'POST', url: 'Appointment' },
  }))
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })
  await send(server, 'POST', '', body)
  const before = databaseTime(folder)
  for (let round = 0; round < rounds; round++) await send(server, 'POST', '', body)
  const database = (databaseTime(folder) - before) / rounds
  for (const one of appointments) validate(one)
  const start = process.cpuUsage()
  for (let round = 0; round < rounds; round++) for (const one of appointments) validate(one)
  const { user, system } = process.cpuUsage(start)
  const validation = (user + system) / 1_000 / rounds
  return `A transaction of ${many} Appointments with their profile: ${validation.toFixed(0)} ms of validation, ${database.toFixed(0)} ms of PostgreSQL (processor time; aim: less).`
}

/** Requests that nobody is booked for yet: they take no time of anybody's. */
function buildAppointment(i: number): Resource {
  const start = Date.UTC(2037, 0, 5 + Math.floor(i / 16), 8) + (i % 16) * 1_800_000
  const time = (at: number) => new Date(at).toISOString()
  return {
    resourceType: 'Appointment',
    meta: { profile: ['https://almanac.example/fhir/StructureDefinition/clinic-appointment'] },
    status: 'proposed',
    serviceType: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/service-type', code: '124' }] },
    ],
    description: 'A first visit',
    start: time(start),
    end: time(start + 1_800_000),
    participant: [`Patient/patient-${1 + (i % 20)}`, 'Practitioner/dr-adams'].map((reference) => ({
      actor: { reference },
      status: 'needs-action',
    })),
  }
}

async function send(server: RunningServer, method: string, path: string, body?: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/fhir/${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 400)}`)
}

const ticksPerSecond = 100

/** Milliseconds of processor time of all processes of the PostgreSQL whose data lie in the folder. */
function databaseTime(folder: string): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess)
  const main = processes.find(({ command }) => command.includes('postgres') && command.includes(folder))?.id
  const ticks = processes
    .filter(({ id, parent }) => main !== undefined && (id === main || parent === main))
    .reduce((sum, one) => sum + one.ticks, 0)
  return (ticks * 1_000) / ticksPerSecond
}

interface Process {
  readonly id: string
  readonly parent: string
  readonly command: string
  readonly ticks: number
}

/** Nothing of one that has ended meanwhile. */
function readProcess(id: string): Process[] {
  try {
    const command = readFileSync(`/proc/${id}/cmdline`, 'utf8')
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    const [, parent = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // utime, stime and those of children that have ended.
    const ticks = rest.slice(9, 13).reduce((sum, one) => sum + Number(one), 0)
    return [{ id, parent, command, ticks }]
  } catch {
    return []
  }
}

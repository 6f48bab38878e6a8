import { type Answer, RawClient } from './raw-client.ts'
import { type Request, type Scenario, type Sizes, scenarios } from './scenarios.ts'

/** What the bench asks of this process: press one scenario for a while. */
export interface Task {
  readonly scenario: string
  readonly port: number
  readonly token: string
  readonly connections: number
  readonly milliseconds: number
  readonly sizes: Sizes
}

export interface Measured {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly requests: number
  /** What was wrong with the first answer that was not as expected. */
  readonly wrong?: string
}

let turn = 0
const versions = new Map<number, number>()

process.on('message', (task: Task) => {
  press(task).then(
    (measured) => process.send?.(measured),
    (error: Error) => process.send?.({ perSecond: 0, p50: 0, p99: 0, requests: 0, wrong: error.message }),
  )
})

process.send?.('ready')

async function press(task: Task): Promise<Measured> {
  const scenario = scenarios.find(({ name }) => name === task.scenario)
  if (scenario === undefined) throw new Error(`There is no scenario ${task.scenario}.`)
  const times: number[] = []
  let wrong: string | undefined
  const head = `Host: 127.0.0.1:${task.port}\r\nAuthorization: Bearer ${task.token}\r\nAccept: application/fhir+json\r\n`
  const send = (client: RawClient, { method, path, body, headers = '' }: Request) =>
    client.send(
      body === undefined
        ? `${method} ${path} HTTP/1.1\r\n${head}${headers}\r\n`
        : `${method} ${path} HTTP/1.1\r\n${head}${headers}Content-Type: application/fhir+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  if (scenario.before !== undefined) {
    const client = new RawClient(task.port)
    await send(client, scenario.before())
    client.close()
  }
  const connections = Math.min(task.connections, scenario.connections ?? task.connections)
  const started = performance.now()
  const end = started + task.milliseconds

  const work = async (connection: number) => {
    const client = new RawClient(task.port)
    for (let sent = performance.now(); sent < end && wrong === undefined; sent = performance.now()) {
      const step = { turn: turn++, connection, connections, sizes: task.sizes, versions }
      const answer = await send(client, scenario.build(step))
      times.push(performance.now() - sent)
      wrong ??= findFault(scenario, answer, times.length)
    }
    client.close()
  }
  await Promise.all(Array.from({ length: connections }, (_, connection) => work(connection)))

  const seconds = (performance.now() - started) / 1_000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return {
    perSecond: times.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    requests: times.length,
    ...(wrong === undefined ? {} : { wrong }),
  }
}

/** Every answer's status, and of some the rows: an empty page would be fast. */
function findFault(
  { expected, rows }: Scenario,
  { status, body }: Answer,
  count: number,
): string | undefined {
  if (status !== expected) return `${status} instead of ${expected}: ${body.toString('utf8', 0, 400)}`
  if (rows === undefined || count % 64 !== 1) return undefined
  const found = body.toString('utf8').split('"mode":"match"').length - 1
  return found === rows ? undefined : `${found} rows instead of ${rows}`
}

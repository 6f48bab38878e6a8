interface Event {
  readonly id?: string
  readonly recorded?: string
  readonly action?: string
  readonly outcome?: string
  readonly outcomeDesc?: string
  readonly type?: Coded
  readonly subtype?: readonly Coded[]
  readonly purposeOfEvent?: readonly { readonly coding?: readonly Coded[] }[]
  readonly agent?: readonly Agent[]
  readonly entity?: readonly Entity[]
}

interface Coded {
  readonly code?: string
}

interface Who {
  readonly reference?: string
  readonly identifier?: { readonly value?: string }
}

interface Agent {
  readonly requestor?: boolean
  readonly who?: Who
  readonly name?: string
  readonly network?: { readonly address?: string; readonly type?: string }
}

interface Entity {
  readonly what?: Who
  readonly type?: Coded
  readonly role?: Coded
  readonly description?: string
  readonly query?: string
}

export const csvHead =
  'recorded,id,type,subtype,action,outcome,who,client,address,purpose,patient,what,description,query,request\r\n'

/** One event as a line for people with a spreadsheet; what proves it is the NDJSON beside it. */
export function csvLine(text: string): string {
  const event = JSON.parse(text) as Event
  const agents = event.agent ?? []
  const entities = event.entity ?? []
  const user = agents.find(({ requestor }) => requestor === true)
  const [client] = agents
  const subject = entities.find(({ role }) => role?.code === '1')
  const data = entities.find(({ role }) => role?.code === '4')
  const asked = entities.find(({ query }) => query !== undefined)
  const request = entities.find(({ type }) => type?.code === 'XrequestId')
  return `${[
    event.recorded,
    event.id,
    event.type?.code,
    event.subtype?.map(({ code }) => code).join(' '),
    event.action,
    event.outcome === '0' ? '0' : `${event.outcome ?? ''} ${event.outcomeDesc ?? ''}`,
    user?.name ?? nameOf(user?.who),
    nameOf(client?.who),
    agents.find(({ network }) => network?.type === '2')?.network?.address,
    event.purposeOfEvent?.flatMap(({ coding = [] }) => coding.map(({ code }) => code)).join(' '),
    nameOf(subject?.what),
    nameOf(data?.what),
    entities
      .map(({ description }) => description ?? '')
      .join(' ')
      .trim(),
    asked?.query === undefined ? undefined : Buffer.from(asked.query, 'base64').toString(),
    nameOf(request?.what),
  ]
    .map(cell)
    .join(',')}\r\n`
}

function nameOf(who: Who | undefined): string | undefined {
  return who?.reference ?? who?.identifier?.value
}

/** RFC 4180; what a spreadsheet would take for a formula is made a text. */
function cell(value: string | undefined): string {
  if (value === undefined || value === '') return ''
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

import { isDeepStrictEqual } from 'node:util'
import type { Resource } from '#fhir/resource.ts'
import { tryCalendar } from './calendar.ts'
import type { Visit } from './fuzz.ts'
import { buildResource, type Entry, type FuzzType, ids, newMark, types } from './population.ts'
import type { Random } from './random.ts'
import { tryTransaction } from './transactions.ts'

/** Writes one after the other, as each changes what the next one meets. */
export async function tryWrites(visit: Visit, random: Random, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const type = random.pick(
      random.chance(0.5) ? (['Appointment', 'Observation', 'Patient'] as const) : types,
    )
    const roll = random.next()
    if (roll < 0.3 || (type === 'Provenance' && roll > 0.6)) await create(visit, type, random)
    else if (roll < 0.6) await update(visit, type, random)
    else if (roll < 0.75) await patch(visit, type, random)
    else if (roll < 0.87) await remove(visit, type, random)
    else if (roll < 0.93) await conditional(visit, type, random)
    else if (roll < 0.96) await tryTransaction(visit, random)
    else await tryCalendar(visit, random)
  }
}

/** The database itself says what became of it, and the model learns. */
export async function learn(visit: Visit, type: string, id: string): Promise<Entry | undefined> {
  const { world } = visit
  const { versions } = await world.database
    .asSystem(world.tenant)
    .history({ type, id, count: 50, total: false })
  if (versions.length === 0) return undefined
  const entry: Entry = {
    type,
    id,
    versions: versions.toReversed().map(({ version, updated, text, deleted }) => ({
      version,
      updated,
      resource: deleted ? undefined : (JSON.parse(text) as Resource),
    })),
  }
  world.entries.set(`${type}/${id}`, entry)
  if (type !== 'Provenance') await learnOrigins(visit)
  visit.forgetMarks()
  return entry
}

/** What the server itself tells of writes by patients and for them. */
async function learnOrigins({ world }: Visit): Promise<void> {
  const { versions } = await world.database
    .asSystem(world.tenant)
    .history({ type: 'Provenance', count: 500, total: false })
  for (const { type, id, version, updated, text, deleted } of versions) {
    const key = `${type}/${id}`
    if (world.entries.has(key) || deleted) continue
    world.entries.set(key, {
      ...{ type, id },
      versions: [{ version, updated, resource: JSON.parse(text) as Resource }],
    })
  }
}

export const isDone = (status: number) => status >= 200 && status < 300

async function create(visit: Visit, type: FuzzType, random: Random): Promise<void> {
  const { id: _, ...body } = buildResource(type, 'none', random)
  const line = `POST /${type}`
  const answer = await visit.ask(line, { body, prefer: 'return=OperationOutcome' })
  if (!isDone(answer.status)) {
    if (visit.oracle.mayCreate({ ...body, id: 'new-id' } as Resource)) {
      visit.fail(`${line} ${JSON.stringify(body)}`, `it is refused with ${answer.status} ${answer.text}`)
    }
    return
  }
  const { id = '' } = answer
  const written = (await learn(visit, type, id))?.versions.at(-1)?.resource
  if (written === undefined || !visit.oracle.mayCreate(written)) {
    visit.fail(`${line} ${JSON.stringify(body)}`, `it is done: ${answer.status} ${answer.text}`)
  }
}

export interface Target {
  readonly id: string
  readonly before: Resource | undefined
  /** Of which a client would start to write. */
  readonly shown: Resource | undefined
  readonly versions: number
}

export function choose(visit: Visit, type: FuzzType, random: Random): Target {
  const id = random.chance(0.1) ? `free-${random.below(1_000)}` : random.pick(ids[type])
  const entry = visit.world.entries.get(`${type}/${id}`)
  const before = entry?.versions.at(-1)?.resource
  return {
    id,
    before,
    shown: before && visit.oracle.show(before),
    versions: entry?.versions.length ?? 0,
  }
}

/** Hidden elements stay as they were, and so does who is hidden in a list, at the same place of it. */
export function merge(visit: Visit, before: Resource | undefined, sent: Resource): Resource {
  if (before === undefined) return sent
  const { oracle } = visit
  const kept = oracle.hidden(before).filter((name) => before[name] !== undefined && sent[name] === undefined)
  const lists = oracle.crowds(before.resourceType).flatMap((name): [string, unknown[]][] => {
    const stored = (before[name] ?? []) as unknown[]
    if (!stored.some((item) => oracle.isOther(item))) return []
    const rest = [...((sent[name] ?? []) as unknown[])]
    const places = stored.flatMap((item) => (oracle.isOther(item) ? [item] : rest.splice(0, 1)))
    return [[name, [...places, ...rest]]]
  })
  return {
    ...sent,
    ...Object.fromEntries(kept.map((name) => [name, before[name]])),
    ...Object.fromEntries(lists),
  }
}

async function update(visit: Visit, type: FuzzType, random: Random): Promise<void> {
  const { id, before, shown, versions } = choose(visit, type, random)
  const fresh = buildResource(type, id, random)
  const status = 'status' in fresh ? { status: fresh.status } : {}
  const body: Resource = shown !== undefined && random.chance(0.6) ? { ...shown, ...status } : fresh
  await change(visit, `PUT /${type}/${id}`, { body }, { id, before, shown, versions }, body)
}

async function patch(visit: Visit, type: FuzzType, random: Random): Promise<void> {
  const target = choose(visit, type, random)
  if (target.shown === undefined) return
  const mark = newMark()
  const { path, value } = random.pick([
    { path: 'status', value: random.pick(['booked', 'cancelled', 'final', 'free']) },
    { path: 'description', value: mark },
    { path: 'note', value: [{ text: mark }] },
    { path: 'comment', value: mark },
  ])
  const op = { op: 'add', path: `/${path}`, value }
  const tested = random.chance(0.3) && target.before?.comment !== undefined
  const list = tested ? [{ op: 'test', path: '/comment', value: target.before?.comment }, op] : [op]
  const line = `PATCH /${type}/${target.id}`
  const failing = tested && target.shown.comment === undefined
  const after = { ...target.shown, [path]: value }
  const sending = { body: list, mediaType: 'application/json-patch+json' }
  await change(visit, line, sending, target, failing ? undefined : after)
}

/** `sent`: what the caller wants it to say; undefined: it must be refused. */
async function change(
  visit: Visit,
  line: string,
  sending: { readonly body: object; readonly mediaType?: string },
  { id, before, versions }: Target,
  sent: Resource | undefined,
): Promise<void> {
  const { oracle } = visit
  const type = /\/(\w+)\//.exec(line)?.[1] ?? ''
  const startsFrom = before !== undefined && oracle.sees(before, 'u') ? before : undefined
  const creates = startsFrom === undefined
  const merged = sent && merge(visit, startsFrom, sent)
  const free = before === undefined && (oracle.choosesIds || oracle.seesWhole(type, 'u'))
  const may =
    sent !== undefined &&
    merged !== undefined &&
    (creates ? free && line.startsWith('PUT') : true) &&
    oracle.mayUpdate(startsFrom, sent, merged)
  const answer = await visit.ask(line, sending)
  const told = `${line} ${JSON.stringify(sending.body)}\non ${JSON.stringify(before)}`
  if (!isDone(answer.status)) {
    if (may) visit.fail(told, `it is refused with ${answer.status} ${answer.text}`)
    const now = (
      await visit.world.database.asSystem(visit.world.tenant).history({ type, id, count: 50, total: false })
    ).versions
    if (now.length !== versions) visit.fail(told, 'it is refused and has left a version')
    visit.checkMarks(told, answer.text, 'r')
    return
  }
  if (!may) visit.fail(told, `it is done: ${answer.status} ${answer.text}`)
  const written = (await learn(visit, type, id))?.versions.at(-1)?.resource
  const strip = ({ meta: _, ...rest }: Resource) => rest
  if (written === undefined || merged === undefined || !isDeepStrictEqual(strip(written), strip(merged))) {
    visit.fail(told, `it has become ${JSON.stringify(written)} instead of ${JSON.stringify(merged)}`)
  }
  visit.checkMarks(told, answer.text, 'r')
}

async function remove(visit: Visit, type: FuzzType, random: Random): Promise<void> {
  const { id, before, versions } = choose(visit, type, random)
  const line = `DELETE /${type}/${id}`
  const may = before !== undefined && visit.oracle.sees(before, 'd')
  const answer = await visit.ask(line)
  const now = (await learn(visit, type, id))?.versions.length ?? 0
  if (may !== now > versions) {
    visit.fail(line, `it answers ${answer.status} and leaves ${now} versions of ${versions} before`)
  }
}

/** By the mark of one resource: whoever cannot see it must not learn of it, nor change it. */
async function conditional(visit: Visit, type: FuzzType, random: Random): Promise<void> {
  const { id, before, versions } = choose(visit, type, random)
  const mark = before?.meta?.tag?.[0]?.code
  if (before === undefined || mark === undefined) return
  const criteria = `_tag=${encodeURIComponent(`urn:mark|${mark}`)}`
  if (random.chance(0.5)) return changeByCriteria(visit, type, random, { id, before, versions }, criteria)
  if (random.chance(0.5)) {
    const line = `DELETE /${type}?${criteria}`
    const may = visit.oracle.sees(before, 'sd')
    const answer = await visit.ask(line)
    const now = (await learn(visit, type, id))?.versions.length ?? 0
    if (may !== now > versions)
      visit.fail(line, `it answers ${answer.status} and leaves ${now} versions of ${versions}`)
    return
  }
  const { id: _, ...body } = buildResource(type, 'none', random)
  const line = `POST /${type}`
  const answer = await visit.ask(line, { body, ifNoneExist: criteria })
  const found = visit.oracle.sees(before, 'sc')
  if (answer.status === 200 && !found) visit.fail(`${line} if none ${criteria}`, 'it tells that there is one')
  visit.checkMarks(
    `${line} if none ${criteria}`,
    answer.text.replace(
      new RegExp(
        JSON.stringify(body)
          .match(/mark[0-9a-z]+x/g)
          ?.join('|') ?? '-',
        'g',
      ),
      '',
    ),
    'r',
  )
  if (answer.status === 201) await learn(visit, type, answer.id ?? '')
}

/** A conditional update or patch: found by who may search and change it, and by nobody else. */
async function changeByCriteria(
  visit: Visit,
  type: FuzzType,
  random: Random,
  { id, before, versions }: Pick<Target, 'id' | 'versions'> & { readonly before: Resource },
  criteria: string,
): Promise<void> {
  const { oracle } = visit
  const found = oracle.sees(before, 'su')
  const patches = random.chance(0.5)
  const mark = newMark()
  const { id: _, ...fresh } = buildResource(type, 'none', random)
  const sent = patches ? { ...oracle.show(before), description: mark } : ({ ...fresh, id } as Resource)
  const merged = merge(visit, before, sent)
  const may = found && oracle.mayUpdate(before, sent, merged)
  const line = `${patches ? 'PATCH' : 'PUT'} /${type}?${criteria}`
  const answer = await visit.ask(
    line,
    patches
      ? {
          body: [{ op: 'add', path: '/description', value: mark }],
          mediaType: 'application/json-patch+json',
        }
      : { body: fresh },
  )
  const told = `${line} ${JSON.stringify(fresh)} on ${JSON.stringify(before)}`
  const now = (await learn(visit, type, id))?.versions.length ?? 0
  if (may !== now > versions)
    visit.fail(told, `it answers ${answer.status} ${answer.text} and leaves ${now} versions of ${versions}`)
  if (!found && patches && answer.status !== 404 && answer.status !== 403)
    visit.fail(told, `it answers ${answer.status} about what is not there for this caller`)
  if (answer.status === 201) {
    const made = (await learn(visit, type, answer.id ?? ''))?.versions.at(-1)?.resource
    if (
      made === undefined ||
      !(oracle.mayCreate(made) || oracle.mayUpdate(undefined, fresh as Resource, made))
    )
      visit.fail(told, 'it has made what the caller may not make')
  }
  visit.checkMarks(told, answer.text, 'r')
}

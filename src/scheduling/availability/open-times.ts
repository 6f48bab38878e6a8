import { always, complement, type Interval, intersect, merge } from './interval.ts'
import type { Layer, Member, Roster } from './roster.ts'
import { type Session, sessionsOf, type WeeklyHours } from './weekly-hours.ts'
import { type OffsetSpan, offsetSpans } from './zone-offsets.ts'

/** What a roster comes to in a range of time. */
export interface OpenTimes {
  /** By the hours alone. */
  readonly sessions: readonly Session[]
  /** Where all layers are open: absences, closures and the planning horizon are taken off. */
  readonly open: readonly Interval[]
  readonly layers: readonly OpenLayer[]
  readonly spans: readonly OffsetSpan[]
}

export interface OpenLayer {
  readonly layer: Layer
  readonly members: readonly OpenMember[]
  readonly open: readonly Interval[]
}

export interface OpenMember {
  readonly member: Member
  readonly hours: readonly Interval[]
  readonly open: readonly Interval[]
}

const day = 86_400_000

export function openTimes(roster: Roster, range: Interval): OpenTimes {
  const spans = offsetSpans(roster.timeZone, range)
  const around = { start: range.start - 3 * day, end: range.end + 3 * day }
  const extra = merge(roster.extra)
  const layers = roster.layers.map((layer) => openLayer(layer, spans, around, extra))
  const open = layers.reduce((left, layer) => intersect(left, layer.open), merge([around]))
  return {
    sessions: sessionsByHours(roster, layers, spans, around),
    open: intersect(open, [roster.horizon]),
    layers,
    spans,
  }
}

function openLayer(
  layer: Layer,
  spans: readonly OffsetSpan[],
  around: Interval,
  extra: readonly Interval[],
): OpenLayer {
  const members = layer.members.map((member): OpenMember => {
    const { hours, within, absences } = member
    const regular = hours === undefined ? [always] : sessionsOf(hours, spans, around)
    const all = intersect(merge([...regular, ...extra]), [within])
    return { member, hours: all, open: intersect(all, complement(merge(absences))) }
  })
  return { layer, members, open: merge(members.flatMap(({ open }) => open)) }
}

/** The first layer that has hours says where its sessions begin; the other layers' hours cut them shorter. */
function sessionsByHours(
  roster: Roster,
  layers: readonly OpenLayer[],
  spans: readonly OffsetSpan[],
  around: Interval,
): readonly Session[] {
  const at = layers.findIndex(({ layer }) => layer.members.some(({ hours }) => hours !== undefined))
  const own = layers[at]
  const others = layers.filter((layer) => layer !== own)
  const limits = others.reduce<readonly Interval[]>(
    (left, { members }) => intersect(left, merge(members.flatMap(({ hours }) => hours))),
    [always],
  )
  const regular = sessionsOf(hoursOf(own), spans, around)
  const sessions = [...regular, ...roster.extra.map((one) => ({ ...one, anchor: one.start }))]
  return sessions.flatMap((session) =>
    intersect([session], limits).map(({ start, end }) => ({ start, end, anchor: start })),
  )
}

function hoursOf(open: OpenLayer | undefined): readonly WeeklyHours[] {
  return open?.layer.members.flatMap(({ hours }) => hours ?? []) ?? []
}

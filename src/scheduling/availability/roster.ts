import type { Interval } from './interval.ts'
import type { WeeklyHours } from './weekly-hours.ts'

/** When a schedule may be booked at all, before anything is booked: read from FHIR resources, thought about as this. */
export interface Roster {
  /** `Schedule/1` */
  readonly schedule: string
  /** `Schedule/1/_history/2` */
  readonly source: string
  readonly active: boolean
  readonly timeZone: string
  /** Whose time its slots take; a PractitionerRole stands for its Practitioner. */
  readonly actors: readonly string[]
  readonly horizon: Interval
  readonly cutting?: Cutting
  readonly notice: Notice
  /** Sessions beside the weekly hours. */
  readonly extra: readonly Interval[]
  /** All of them must be open; the first that has hours gives the slots their beginning. */
  readonly layers: readonly Layer[]
  /** Every resource that had a say, with its version. */
  readonly sources: readonly string[]
  /** What in them cannot be followed, told to whoever asks for slots. */
  readonly problems: readonly Problem[]
}

export interface Problem {
  readonly source: string
  readonly sentence: string
}

/** How sessions become slots, in milliseconds. */
export interface Cutting {
  readonly length: number
  readonly before: number
  readonly after: number
  /** Slots begin at its multiples on the wall clock. */
  readonly alignment?: number
  readonly capacity?: number
}

export interface Notice {
  /** A visit is booked at least so long before it begins, and at most so long. */
  readonly minimum?: number
  readonly maximum?: number
}

/** Open when one of its members is: two roles of a practitioner, or two services. */
export interface Layer {
  readonly of: 'practitioner' | 'service' | 'location' | 'organization' | 'device' | 'schedule'
  readonly members: readonly Member[]
}

export interface Member {
  /** `PractitionerRole/1/_history/2` */
  readonly source: string
  /** Absent: whenever the other layers are open. */
  readonly hours?: readonly WeeklyHours[]
  readonly within: Interval
  readonly absences: readonly Absence[]
}

export interface Absence extends Interval {
  readonly description?: string
}

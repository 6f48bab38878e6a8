import type { Interval } from '../availability/interval.ts'

/** What is asked of $find, read from its parameters, a $book that lost, or a waiting list. */
export interface FindWish {
  readonly range: Interval
  /** Whom to see, in order of preference; any of the others' wishes when empty. */
  readonly practitioners: readonly string[]
  /** Rooms or houses; devices. One of each kind must be free as well. */
  readonly locations: readonly string[]
  readonly devices: readonly string[]
  readonly services: readonly string[]
  readonly organizations: readonly string[]
  /** `system|code` */
  readonly visitTypes: readonly string[]
  readonly specialties: readonly string[]
  /** Words in a place's name or address. */
  readonly placeWords: readonly string[]
  readonly patients: readonly string[]
  /** Milliseconds; the length of a slot when absent. */
  readonly length?: number
  readonly times: TimeWish
  /** One offer for each time, with whoever has the least to do. */
  readonly rotate: boolean
  /** The best day for a follow-up: the nearest offers come first. */
  readonly near?: number
}

/** On the wall clock of the place. */
export interface TimeWish {
  /** 1 is Monday. */
  readonly days?: readonly number[]
  /** Half-open, in milliseconds after midnight. */
  readonly hours?: readonly Interval[]
}

export const noWishes = {
  practitioners: [],
  locations: [],
  devices: [],
  services: [],
  organizations: [],
  visitTypes: [],
  specialties: [],
  placeWords: [],
  patients: [],
  times: {},
  rotate: false,
} as const

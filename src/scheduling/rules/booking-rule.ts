import type { Interval } from '../availability/interval.ts'

/** What a clinic allows to be booked: a PlanDefinition with the extension `booking-rule`, read once. */
export interface BookingRule {
  /** `PlanDefinition/1`, and with its version. */
  readonly reference: string
  readonly source: string
  /** For whoever books. */
  readonly sentence: string
  readonly severity: 'refuse' | 'warn' | 'approve'
  /** Lower ones are told first. */
  readonly priority: number
  readonly effective: Interval
  readonly overridableBy: readonly string[]
  readonly scope: RuleScope
  readonly demand: Demand
}

/** For bookings that fit in every respect; nothing named is everything. */
export interface RuleScope {
  readonly services: readonly string[]
  readonly practitioners: readonly string[]
  readonly locations: readonly string[]
  /** `system|code` */
  readonly serviceTypes: readonly string[]
}

export type Demand =
  | {
      readonly kind: 'limit'
      readonly most: number
      readonly period: 'hour' | 'day' | 'week' | 'month'
      readonly per: 'practitioner' | 'patient' | 'location' | 'clinic'
    }
  | { readonly kind: 'service-types' }
  | { readonly kind: 'notice' | 'window' | 'buffer'; readonly length: number }
  | { readonly kind: 'crowd'; readonly most: number }
  | {
      readonly kind: 'cut-off'
      readonly length: number
      /** Absent: both. */
      readonly change?: 'cancel' | 'move'
      readonly binds: 'patients' | 'everyone'
    }
  /** No demand but a right: whoever may override it may book so many more than there is room for. */
  | { readonly kind: 'overbooking'; readonly most: number }
  | { readonly kind: 'on-duty'; readonly least: number }
  | { readonly kind: 'expression'; readonly expression: string }

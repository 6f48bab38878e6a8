import type { Operation } from '#interaction/operation.ts'
import { createBook } from './book.ts'
import type { BookingParts } from './booking-parts.ts'
import { createCancel, createCheckIn, createNoShow } from './cancel.ts'
import { createHold } from './hold.ts'
import { createReschedule } from './reschedule.ts'
import { createSeries } from './series.ts'

export function loadBookingOperations(parts: BookingParts): readonly Operation[] {
  return [
    createHold(parts),
    createBook(parts),
    createCancel(parts),
    createReschedule(parts),
    createCheckIn(parts),
    createNoShow(parts),
    createSeries(parts),
  ]
}

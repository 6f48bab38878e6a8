import type { SecurityLog } from '#audit/security-log.ts'
import type { HttpParts } from '#http/parts.ts'
import type { PublishedRequest, PublishedSlotRequest } from '#interaction/published-request.ts'
import type { FindParts } from '#scheduling/find/find-times.ts'
import { createPublicNames, type PublicNames } from '#scheduling/publish/public-names.ts'
import { readPublished } from '#scheduling/publish/published-files.ts'
import { readPublishedSlot, type SlotParts } from '#scheduling/publish/published-slot.ts'
import type { Database } from '#store/store.ts'

export interface PublishedSettings {
  readonly publishedClinics: readonly string[]
  readonly bookingApp: string | undefined
}

interface Parts {
  readonly database: Database
  readonly find: FindParts
  readonly settings: PublishedSettings
  readonly securityLog: SecurityLog
  readonly localBases: (tenant: string) => readonly string[]
}

export type Published = Required<Pick<HttpParts, 'readPublished' | 'readPublishedSlot'>>

/** SMART Scheduling Links: what clinics that have chosen so tell everybody of their times. */
export function joinPublished({ database, find, settings, securityLog, localBases }: Parts): Published {
  const open = new Set(settings.publishedClinics)
  const names = new Map<string, PublicNames>()
  const keyed = async (tenant: string): Promise<SlotParts> => {
    if (open.has(tenant) && !names.has(tenant))
      names.set(tenant, createPublicNames(await database.secret('published'), tenant))
    return {
      ...{ ...find, database, record, recordVisit },
      namesOf: () => names.get(tenant) as PublicNames,
      isPublic: (asked) => open.has(asked),
    }
  }
  const record = ({ tenant, file, address, requestId }: PublishedRequest) =>
    securityLog.record(tenant, {
      deed: 'slots-fetched',
      ...(address !== undefined && { address }),
      requestId,
      details: { file: file ?? '$bulk-publish' },
    })
  const recordVisit = (
    { tenant, source = '', referral = '', address, requestId }: PublishedSlotRequest,
    slot: string,
  ) =>
    securityLog.record(tenant, {
      deed: 'slots-fetched',
      ...(address !== undefined && { address }),
      requestId,
      about: { reference: `Slot/${slot}` },
      details: { source, 'booking-referral': referral },
    })
  return {
    readPublished: async (request) => readPublished(await keyed(request.tenant), request),
    async readPublishedSlot(request) {
      const found = await readPublishedSlot(await keyed(request.tenant), request)
      if (found === undefined || settings.bookingApp === undefined) return found
      const bookAt = new URL(settings.bookingApp)
      const iss = localBases(request.tenant)[0]
      const told = { iss, slot: found.slot, source: request.source, 'booking-referral': request.referral }
      for (const [name, value] of Object.entries(told))
        if (value !== undefined) bookAt.searchParams.set(name, value)
      return { ...found, bookAt: bookAt.href }
    },
  }
}

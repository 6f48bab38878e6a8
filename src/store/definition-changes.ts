import type { Notifications } from './notifications.ts'
import { shippedTenant } from './shipped-tenant.ts'

/** Undefined: of any clinic; what was told while nobody listened is unknown. */
export type DefinitionListener = (tenant: string | undefined) => void

const channel = 'almanac_definitions'

/**
 * Tells when a clinic's StructureDefinitions, ValueSets or CodeSystems have changed, by whichever process: triggers
 * notify when the change commits.
 */
export class DefinitionChanges {
  readonly #notifications: Notifications

  constructor(notifications: Notifications) {
    this.#notifications = notifications
  }

  subscribe(listener: DefinitionListener): () => void {
    return this.#notifications.subscribe(channel, {
      told: (tenant) => listener(tenant === shippedTenant ? undefined : tenant),
      connected: () => listener(undefined),
    })
  }
}

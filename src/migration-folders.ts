/** Rooms that keep tables of their own beside the store's. */
export const migrationFolders: readonly URL[] = [
  new URL('./oauth/migrations/', import.meta.url),
  new URL('./scheduling/migrations/', import.meta.url),
]

/** What is not to be trusted any longer, told to every process. */
export type Notice =
  | { readonly grant: string }
  /** The digest of a token. */
  | { readonly token: string }
  /** Signed out everywhere, or changed in what it may do. */
  | { readonly account: string }
  | { readonly client: string }
  /** Policies of a clinic have changed. */
  | { readonly tenant: string }

export interface Revocations {
  /** Resolves when it is told, after what it tells of is committed. */
  announce(notice: Notice): Promise<void>
  subscribe(listener: RevocationListener): () => void
}

export interface RevocationListener {
  heard(notice: Notice): void
  /** False: notices may be missed from now on, so nothing remembered counts. True: from now on none is. */
  hearing(reliably: boolean): void
}

/** Carries texts between processes: PostgreSQL's NOTIFY, or Redis. */
export interface Line {
  tell(text: string): Promise<void>
  subscribe(listener: { told(text: string): void; connected(): void; lost(): void }): () => void
}

export function createRevocations(line: Line): Revocations {
  const listeners = new Set<RevocationListener>()
  let reliable = false
  const tellHearing = (reliably: boolean) => {
    reliable = reliably
    for (const listener of listeners) listener.hearing(reliably)
  }
  const tell = (notice: Notice) => {
    for (const listener of listeners) listener.heard(notice)
  }
  let joined = false
  const join = () => {
    joined = true
    line.subscribe({
      told: (text) => tell(JSON.parse(text) as Notice),
      connected: () => tellHearing(true),
      lost: () => tellHearing(false),
    })
  }

  return {
    async announce(notice) {
      tell(notice)
      await line.tell(JSON.stringify(notice))
    },
    subscribe(listener) {
      listeners.add(listener)
      if (!joined) join()
      listener.hearing(reliable)
      return () => listeners.delete(listener)
    },
  }
}

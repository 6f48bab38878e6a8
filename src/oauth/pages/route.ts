import type { BrowserSession } from '../interaction.ts'
import type { PageAnswer, PageRequest } from './page.ts'
import type { People } from './people.ts'

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: RegExp
  /** Its forms are of the session, and it is told who is signed in. */
  readonly signedIn: boolean
  readonly answer: (
    people: People,
    request: PageRequest,
    session: BrowserSession | undefined,
  ) => Promise<PageAnswer>
}

import type { AskRows } from './rows.ts'

/** Takes away what nobody can use any more. Invitations stay a year, for whoever asks who was invited. */
export async function sweepSignIn(ask: AskRows): Promise<void> {
  await ask('delete from sign_in_visit where expires < now()', [])
  await ask(`delete from sign_in_failure where last < now() - interval '1 day'`, [])
  await ask(`delete from invitation where expires < now() - interval '1 year'`, [])
}

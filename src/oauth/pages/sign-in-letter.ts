import type { Letter } from '../sign-in/mailer.ts'
import type { PageRequest } from './page.ts'
import type { People } from './people.ts'

export interface SignInMail {
  readonly email: string
  readonly link: string
  readonly code: string
  readonly clinic: string | undefined
}

/** Everything that depends on whether somebody has this address happens after the answer, so its time tells nothing. */
export function mailSignIn(people: People, request: PageRequest, mail: SignInMail): void {
  setImmediate(() => {
    writeSignIn(people, request, mail)
      .then((letter) => letter && people.mailer.send(letter))
      .catch((cause) => people.onFault('A letter with a sign-in link was not sent', cause))
  })
}

async function writeSignIn(
  people: People,
  request: PageRequest,
  mail: SignInMail,
): Promise<Letter | undefined> {
  const { say, exchange } = request
  const { email, link, code, clinic } = mail
  const account = await people.accounts.findByEmail(email)
  const { registration } = clinic === undefined ? await people.clinics.any() : await people.clinics.of(clinic)
  if (account === undefined && !registration) return undefined
  const address = `${exchange.origin}/oauth/sign-in/link?token=${link}`
  const greeting =
    account === undefined ? say('letter.greetingNew') : say('letter.greeting', { name: account.displayName })
  const text = [greeting, say('letter.signIn', { address, code: spaced(code) }), say('letter.notYou')].join(
    '\n\n',
  )
  return { to: email, subject: say('letter.signInSubject'), text }
}

/** For whoever wrote nothing themselves: something about their account happened. */
export function tell(people: People, to: string, subject: string, text: string): void {
  setImmediate(() => {
    people.mailer.send({ to, subject, text }).catch((cause) => people.onFault('A notice was not sent', cause))
  })
}

export function spaced(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`
}

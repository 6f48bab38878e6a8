import type { Logger } from 'pino'
import { createOutboxMailer } from '#delivery/mail/outbox-mailer.ts'
import { createSmtpMailer } from '#delivery/mail/smtp-mailer.ts'
import { createDevMailRoad } from '#oauth/pages/dev-mail.ts'
import type { Mailer } from '#oauth/sign-in/mailer.ts'
import type { WebRoad } from '#oauth/web-exchange.ts'
import type { Config } from './config.ts'
import { demoCode } from './demo-people.ts'

export interface Mail {
  readonly mailer: Mailer
  /** Letters go somewhere. */
  readonly delivers: boolean
  /** Where a demo shows its letters. */
  readonly road?: WebRoad
}

export function joinMail(config: Config, logger: Logger): Mail {
  if (config.smtpUrl !== undefined)
    return { mailer: createSmtpMailer({ url: config.smtpUrl, from: config.mailFrom }), delivers: true }
  if (!config.demo) {
    const sentence = 'A letter was not sent: set SMTP_URL'
    const mailer: Mailer = { send: async ({ to }) => logger.warn({ host: to.split('@')[1] }, sentence) }
    return { mailer, delivers: false }
  }
  const outbox = createOutboxMailer(
    () => new Date(),
    ({ to, subject }) => logger.info({ to, subject }, 'a letter for the demo clinic is at /dev/mail'),
  )
  return {
    mailer: outbox,
    delivers: true,
    road: createDevMailRoad(outbox.letters, () => demoCode(new Date()), config.timeZone),
  }
}

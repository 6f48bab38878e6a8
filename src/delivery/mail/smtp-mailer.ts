import { createTransport } from 'nodemailer'

export interface SmtpSettings {
  /** `smtp://user:password@host:587`, `smtps://…:465` */
  readonly url: string
  /** Whom letters are from. */
  readonly from: string
}

interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Through the clinic's own mail server. On smtp:// TLS is demanded but on the machine itself. */
export function createSmtpMailer({ url, from }: SmtpSettings) {
  const { hostname, protocol } = new URL(url)
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  const transport = createTransport({
    url,
    pool: true,
    requireTLS: protocol === 'smtp:' && !local,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ to, subject, text }: Letter): Promise<void> {
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text })
    },
    close: () => transport.close(),
  }
}

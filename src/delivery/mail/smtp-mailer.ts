import type { Transporter } from 'nodemailer'

export interface SmtpSettings {
  /** `smtp://user:password@host:587`, `smtps://…:465` */
  readonly url: string
  /** Whom letters are from. */
  readonly from: string
}

interface Letter {
  /** Whoever gets it twice under one id has it once. */
  readonly id?: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Through the clinic's own mail server. On smtp:// TLS is demanded but on the machine itself. */
export function createSmtpMailer({ url, from }: SmtpSettings) {
  const { hostname, protocol } = new URL(url)
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  let transport: Promise<Transporter> | undefined

  async function open(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      url,
      pool: true,
      requireTLS: protocol === 'smtp:' && !local,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  return {
    async send({ id, to, subject, text }: Letter): Promise<void> {
      transport ??= open()
      await (await transport).sendMail({
        ...{ from, to: { name: '', address: to }, subject, text },
        ...(id !== undefined && { messageId: `<${id}@almanac>` }),
        // RFC 3834: no reply by a machine.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    },
    async close(): Promise<void> {
      if (transport !== undefined) (await transport).close()
    },
  }
}

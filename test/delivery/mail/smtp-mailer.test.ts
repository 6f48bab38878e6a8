import { expect, test } from 'vitest'
import { createSmtpMailer } from '../../../src/delivery/mail/smtp-mailer.ts'
import { openMailServer } from '../../support/mail-server.ts'

test('a letter is handed to the mail server as it was written, to that one address', async () => {
  const server = await openMailServer()
  const mailer = createSmtpMailer({ url: server.url, from: 'Clinic <sign-in@clinic.example>' })
  await mailer.send({
    to: 'anna@patient.example',
    subject: 'Ihr Anmeldelink für heute',
    text: 'Guten Tag,\n\n1234 5678',
  })
  await mailer.close()
  server.close()
  expect(server.heard).toContain('MAIL FROM:<sign-in@clinic.example>')
  expect(server.heard.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<anna@patient.example>'])
  expect(server.heard).toContain('1234 5678')
  expect(server.heard.find((line) => line.startsWith('Subject:'))).toMatch(/^Subject: =\?UTF-8\?/)
})

test('an address cannot smuggle in another one', async () => {
  const server = await openMailServer()
  const mailer = createSmtpMailer({ url: server.url, from: 'sign-in@clinic.example' })
  await mailer
    .send({
      to: 'anna@patient.example\r\nRCPT TO:<eve@evil.example>',
      subject: 'x\r\nBcc: eve@evil.example',
      text: '',
    })
    .catch(() => undefined)
  await mailer.close()
  server.close()
  expect(server.heard.some((line) => /^(RCPT TO:<eve|Bcc:)/.test(line))).toBe(false)
})

test('a mail server that does not answer is told to whoever sent', async () => {
  const mailer = createSmtpMailer({ url: 'smtp://127.0.0.1:1', from: 'sign-in@clinic.example' })
  await expect(mailer.send({ to: 'a@b.example', subject: '', text: '' })).rejects.toThrow()
})

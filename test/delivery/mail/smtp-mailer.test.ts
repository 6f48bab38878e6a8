import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { createSmtpMailer } from '../../../src/delivery/mail/smtp-mailer.ts'

/** Speaks as much SMTP as it takes to be handed a letter. */
async function openMailServer() {
  const heard: string[] = []
  const server = createServer((socket: Socket) => {
    let inLetter = false
    socket.write('220 mail.clinic.example\r\n')
    createInterface({ input: socket }).on('line', (line) => {
      heard.push(line)
      if (inLetter) {
        if (line !== '.') return
        inLetter = false
        socket.write('250 kept\r\n')
      } else if (line === 'DATA') {
        inLetter = true
        socket.write('354 go on\r\n')
      } else socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n')
    })
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { heard, url: `smtp://127.0.0.1:${port}`, close: () => server.close() }
}

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

import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

export interface HeardLetter {
  readonly to: string
  readonly id: string
  readonly subject: string
  readonly text: string
}

export interface MailServer {
  readonly url: string
  /** Every line that was said to it. */
  readonly heard: readonly string[]
  /** Those that it took, the newest last. */
  readonly letters: readonly HeardLetter[]
  /** What it answers to a recipient: `550 no such mailbox`; undefined: it takes them. */
  refuses: (to: string) => string | undefined
  close(): void
}

/** Speaks as much SMTP as it takes to be handed a letter. */
export async function openMailServer(): Promise<MailServer> {
  const heard: string[] = []
  const letters: HeardLetter[] = []
  const server = createServer((socket: Socket) => {
    let letter: string[] | undefined
    let to = ''
    socket.write('220 mail.clinic.example\r\n')
    createInterface({ input: socket }).on('line', (line) => {
      heard.push(line)
      if (letter !== undefined) {
        if (line !== '.') letter.push(line)
        else {
          letters.push(readLetter(to, letter.join('\n')))
          letter = undefined
          socket.write('250 kept\r\n')
        }
      } else if (line === 'DATA') {
        letter = []
        socket.write('354 go on\r\n')
      } else if (line.startsWith('RCPT TO:')) {
        to = line.slice('RCPT TO:<'.length, -1)
        socket.write(`${opened.refuses(to) ?? '250 fine'}\r\n`)
      } else socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n')
    })
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const opened: MailServer = {
    url: `smtp://127.0.0.1:${port}`,
    ...{ heard, letters },
    refuses: () => undefined,
    close: () => server.close(),
  }
  return opened
}

/** Plain text of ASCII letters, folded or not. */
function readLetter(to: string, source: string): HeardLetter {
  const at = source.indexOf('\n\n')
  const head = source.slice(0, at).replaceAll(/\n[ \t]+/g, ' ')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'mi').exec(head)?.[1] ?? ''
  const text = source.slice(at + 2).replaceAll(/=\n/g, '')
  return { to, id: header('Message-ID'), subject: header('Subject'), text }
}

import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly body: Buffer
}

/**
 * One keep-alive connection that sends one request at a time. It reads the status line and the length and nothing
 * else: on a machine shared with the server, a full HTTP client would measure itself.
 */
export class RawClient {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  /** Bytes of the whole answer; 0 until its head is there, -1 while it is chunked. */
  #expected = 0
  #bodyAt = 0
  #resolve: ((answer: Answer) => void) | undefined
  #reject: ((error: Error) => void) | undefined

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#socket.on('error', (error) => this.#reject?.(error))
    this.#socket.on('close', () => this.#reject?.(new Error('The server closed the connection.')))
  }

  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#reject = undefined
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#expected === 0) this.#readHead()
    const done =
      this.#expected > 0 ? this.#length >= this.#expected : this.#expected < 0 && this.#endsChunks()
    if (!done) return
    const whole = this.#whole()
    const resolve = this.#resolve
    this.#chunks = []
    this.#length = 0
    this.#expected = 0
    this.#resolve = undefined
    resolve?.({ status: Number(whole.toString('latin1', 9, 12)), body: whole.subarray(this.#bodyAt) })
  }

  #readHead(): void {
    const whole = this.#whole()
    const end = whole.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = whole.toString('latin1', 0, end)
    const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1]
    this.#bodyAt = end + 4
    if (length !== undefined) this.#expected = end + 4 + Number(length)
    else this.#expected = /\ntransfer-encoding: *chunked/i.test(head) ? -1 : end + 4
  }

  #endsChunks(): boolean {
    return this.#whole().subarray(-5).equals(Buffer.from('0\r\n\r\n'))
  }

  #whole(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }
}

import { Redis } from 'ioredis'

export interface RedisLineOptions {
  readonly url: string
  readonly channel: string
  readonly onFault: (sentence: string, cause: unknown) => void
}

export interface RedisLineListener {
  told(text: string): void
  connected(): void
  lost(): void
}

/** What processes tell each other by Redis's PUBLISH. */
export class RedisLine {
  readonly #publisher: Redis
  readonly #subscriber: Redis
  readonly #channel: string
  readonly #listeners = new Set<RedisLineListener>()
  #connected = false

  constructor({ url, channel, onFault }: RedisLineOptions) {
    this.#channel = channel
    this.#publisher = new Redis(url, { maxRetriesPerRequest: 3 })
    this.#subscriber = new Redis(url, { autoResubscribe: false, maxRetriesPerRequest: null })
    this.#publisher.on('error', (cause) => onFault('Redis does not answer', cause))
    this.#subscriber.on('error', () => undefined)
    this.#subscriber.on('close', () => this.#turn(false))
    this.#subscriber.on('message', (_channel: string, text: string) => {
      for (const listener of this.#listeners) listener.told(text)
    })
    this.#subscriber.on('ready', () => {
      this.#subscriber.subscribe(channel).then(
        () => this.#turn(true),
        (cause: unknown) => onFault('Redis takes no subscription', cause),
      )
    })
  }

  async tell(text: string): Promise<void> {
    await this.#publisher.publish(this.#channel, text)
  }

  subscribe(listener: RedisLineListener): () => void {
    this.#listeners.add(listener)
    if (this.#connected) listener.connected()
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#publisher.disconnect()
    this.#subscriber.disconnect()
  }

  #turn(connected: boolean): void {
    if (this.#connected === connected) return
    this.#connected = connected
    for (const listener of this.#listeners) {
      if (connected) listener.connected()
      else listener.lost()
    }
  }
}

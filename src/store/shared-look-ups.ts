import type { Connections } from './connections.ts'
import { Groups } from './groups.ts'

type Lists = readonly (readonly string[])[]

/** Look-ups of one text under way together are one statement over all that they ask for, and one answer for all of them. */
export class SharedLookUps {
  readonly #groups: Groups<Lists, readonly object[]>

  constructor(connections: Connections) {
    this.#groups = new Groups({
      most: 32,
      atOnce: 2,
      send: async (key, asked) => {
        const [tenant = '', text = ''] = JSON.parse(key)
        const values = (asked[0] ?? []).map((_, at) => [
          ...new Set(asked.flatMap((lists) => lists[at] ?? [])),
        ])
        const rows = await connections.run(tenant, { text, values })
        return asked.map(() => ({ status: 'fulfilled', value: rows }))
      },
    })
  }

  async run<Row extends object>(tenant: string, text: string, lists: Lists): Promise<readonly Row[]> {
    return (await this.#groups.join(JSON.stringify([tenant, text]), lists)) as readonly Row[]
  }
}

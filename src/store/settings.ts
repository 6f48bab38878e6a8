import { randomBytes } from 'node:crypto'
import type { Run } from './run.ts'

/** Small facts and keys of the installation, the same for all its processes; they belong to no clinic. */
export interface Settings {
  /** 32 random bytes; made by whoever asks first. */
  secret(name: string): Promise<Uint8Array>
  setting(name: string): Promise<unknown>
  /** True for the one who set it; the others find what was set first. */
  addSetting(name: string, value: unknown): Promise<boolean>
  setSetting(name: string, value: unknown): Promise<void>
}

export function openSettings(run: Run): Settings {
  return {
    async secret(name) {
      const load = async () =>
        (
          await run<{ value: Buffer }>({ text: 'select value from secret where name = $1', values: [name] })
        )[0]?.value
      const known = await load()
      if (known !== undefined) return known
      await run({
        text: 'insert into secret (name, value) values ($1, $2) on conflict do nothing',
        values: [name, randomBytes(32)],
      })
      return (await load()) as Buffer
    },
    async setting(name) {
      const rows = await run<{ value: unknown }>({
        text: 'select value from setting where name = $1',
        values: [name],
      })
      return rows[0]?.value
    },
    async addSetting(name, value) {
      const rows = await run({
        text: 'insert into setting (name, value) values ($1, $2::jsonb) on conflict do nothing returning name',
        values: [name, JSON.stringify(value)],
      })
      return rows.length === 1
    },
    async setSetting(name, value) {
      await run({
        text: `insert into setting (name, value) values ($1, $2::jsonb)
          on conflict (name) do update set value = excluded.value, updated = now()`,
        values: [name, JSON.stringify(value)],
      })
    },
  }
}

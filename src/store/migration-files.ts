import { readdirSync, readFileSync } from 'node:fs'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

const storeMigrations = new URL('./migrations/', import.meta.url)
const fileName = /^(\d{4})-([a-z0-9-]+)\.sql$/

/** Every room keeps its own `migrations/NNNN-name.sql`; the numbers are one sequence. */
export function loadMigrations(folders: readonly URL[] = []): readonly Migration[] {
  const migrations = [storeMigrations, ...folders].flatMap((folder) =>
    readdirSync(folder).map((file) => {
      const match = fileName.exec(file)
      if (match === null) throw new Error(`Not the name of a migration: ${file}`)
      return {
        number: Number(match[1]),
        name: match[2] as string,
        sql: readFileSync(new URL(file, folder), 'utf8'),
      }
    }),
  )
  migrations.sort((a, b) => a.number - b.number)
  const twice = migrations.find(({ number }, at) => migrations[at + 1]?.number === number)
  if (twice !== undefined) throw new Error(`Two migrations have the number ${twice.number}`)
  return migrations
}

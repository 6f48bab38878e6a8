import { statementHash } from '#audit/seals/statement.ts'
import type { KnownHead } from '#audit/seals/verify-chain.ts'
import { fileWitness, hookWitness, lastWitnessed, type Witness, Witnesses } from '#audit/seals/witness.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { SealWitness } from '#store/seal-witness.ts'

export interface WitnessParts {
  readonly addresses: readonly string[]
  readonly installation: string
  readonly databaseUrl: string
  readonly onFault: (sentence: string, cause: unknown) => void
}

export interface JoinedWitnesses extends AsyncDisposable {
  readonly witnesses: Witnesses
}

/** Who keeps a copy of what is sealed, outside of the database. */
export function joinWitnesses(parts: WitnessParts): JoinedWitnesses {
  const { addresses, installation, databaseUrl, onFault } = parts
  const databases = addresses.filter(isDatabase).map((address) => new SealWitness(address))
  const others = addresses.filter((address) => !isDatabase(address)).map(openWitness)
  const told = databases.map((database) => databaseWitness(database, installation))
  const witnesses = new Witnesses([...others, ...told], onFault)
  const catching = catchUp(databaseUrl, databases, installation).catch((cause) =>
    onFault('A witness could not be asked for what it has missed', cause),
  )
  return {
    witnesses,
    async [Symbol.asyncDispose]() {
      await catching
      await witnesses.flush()
      for (const database of databases) await database.close()
    },
  }
}

export function isDatabase(address: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(address)
}

/** What a witness last saw of each clinic: a file of lines, or a database. */
export async function witnessedHeads(
  address: string,
  installation: string,
): Promise<ReadonlyMap<string, KnownHead>> {
  if (!isDatabase(address)) return lastWitnessed(address)
  const database = new SealWitness(address)
  try {
    const heads = await database.heads(installation)
    return new Map(
      heads.map(({ tenant, number, statement }) => [tenant, { number, hash: statementHash(statement) }]),
    )
  } finally {
    await database.close()
  }
}

function openWitness(address: string): Witness {
  const url = new URL(address)
  return url.protocol === 'file:' ? fileWitness(url) : hookWitness(url)
}

function databaseWitness(database: SealWitness, installation: string): Witness {
  return {
    name: database.name,
    remember: (entries) => database.remember(entries.map((entry) => ({ ...entry, installation }))),
  }
}

/** A server that ended took along what it had still to tell: a database can say what it lacks. */
async function catchUp(
  databaseUrl: string,
  databases: readonly SealWitness[],
  installation: string,
): Promise<void> {
  if (databases.length === 0) return
  await using chain = await AuditChain.open(databaseUrl)
  for (const database of databases) {
    const missing = await database.missing(installation)
    for (const tenant of await chain.tenants())
      for await (const entry of chain.entries(tenant, missing.get(tenant) ?? 0))
        await database.remember([{ ...entry, installation }])
  }
}

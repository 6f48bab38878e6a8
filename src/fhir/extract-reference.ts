import type { SearchParameter } from './definitions.ts'
import type { ElementType } from './element-type.ts'
import type { Run, Visit } from './extract-path.ts'
import { parseReference } from './references.ts'

type Node = Readonly<Record<string, unknown>>

export function visitReference(value: unknown, run: Run): void {
  const { reference, identifier } = value as Node
  if (typeof reference === 'string') pushReference(reference, identifier, run)
  else if (identifier !== undefined && identifier !== null) {
    run.values.push({ kind: 'reference', identifier: identifierOf(identifier) })
  }
}

function pushReference(written: string, identifier: unknown, run: Run): void {
  const target = parseReference(written, run.localBases)
  const isLocal = target.kind === 'local'
  const reference = isLocal ? `${target.type}/${target.id}` : written
  const versioned =
    isLocal && target.version !== undefined ? `${reference}/_history/${target.version}` : undefined
  if (versioned === undefined && identifier === undefined) {
    run.values.push({ kind: 'reference', reference })
  } else {
    run.values.push({
      kind: 'reference',
      reference,
      ...(versioned === undefined ? {} : { versioned }),
      ...(identifier === undefined ? {} : { identifier: identifierOf(identifier) }),
    })
  }
}

function identifierOf(identifier: unknown): { system?: string; value?: string } {
  const { system, value } = identifier as Node
  return {
    ...(typeof system === 'string' ? { system } : {}),
    ...(typeof value === 'string' ? { value } : {}),
  }
}

/** A canonical is a name, not an address: it stays as written, `|version` included. */
export function visitCanonicalReference(value: unknown, run: Run): void {
  if (typeof value === 'string' && value !== '') run.values.push({ kind: 'reference', reference: value })
}

/** Bundle?composition and Bundle?message: the first entry itself is what is referred to. */
export function referenceOfResource(_: ElementType, { targets }: SearchParameter): Visit {
  return (value, run) => {
    const { resourceType, id } = value as Node
    if (typeof resourceType === 'string' && typeof id === 'string' && targets.includes(resourceType)) {
      run.values.push({ kind: 'reference', reference: `${resourceType}/${id}` })
    }
  }
}

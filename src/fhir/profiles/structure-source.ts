import type { ExtensionContext } from './profile.ts'

/** Of a StructureDefinition that constrains a type, the parts that a snapshot is made of. */
export interface StructureSource {
  readonly url: string
  readonly version?: string
  readonly name?: string
  readonly status?: string
  readonly kind: string
  readonly abstract?: boolean
  readonly type: string
  readonly baseDefinition?: string
  readonly derivation?: string
  readonly context?: readonly ExtensionContext[]
  readonly differential?: { readonly element: readonly SourceElement[] }
  readonly snapshot?: { readonly element: readonly SourceElement[] }
}

export interface SourceElement {
  readonly id?: string
  readonly path: string
  readonly sliceName?: string
  readonly slicing?: {
    readonly discriminator?: readonly { readonly type: string; readonly path: string }[]
    readonly ordered?: boolean
    readonly rules: string
  }
  readonly min?: number
  readonly max?: string
  readonly contentReference?: string
  readonly type?: readonly SourceType[]
  readonly maxLength?: number
  readonly isModifier?: boolean
  readonly mustSupport?: boolean
  readonly binding?: { readonly strength: string; readonly valueSet?: string }
  readonly constraint?: readonly SourceConstraint[]
  /** fixed[x], pattern[x], minValue[x], maxValue[x]. */
  readonly [choice: string]: unknown
}

export interface SourceType {
  readonly code: string
  readonly profile?: readonly string[]
  readonly targetProfile?: readonly string[]
}

export interface SourceConstraint {
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly human: string
  readonly expression?: string
  readonly source?: string
}

/** `fixed` → ['CodeableConcept', value] of `fixedCodeableConcept`. */
export function choiceOf(
  element: SourceElement,
  name: 'fixed' | 'pattern' | 'minValue' | 'maxValue',
): readonly [suffix: string, value: unknown] | undefined {
  for (const key in element) {
    const suffix = key.slice(name.length)
    if (key.startsWith(name) && /^[A-Z]/.test(suffix)) return [suffix, element[key]]
  }
  return undefined
}

/** `url|version` → both; a fragment is not for us. */
export function splitCanonical(canonical: string): readonly [url: string, version: string | undefined] {
  const bar = canonical.indexOf('|')
  return bar < 0 ? [canonical, undefined] : [canonical.slice(0, bar), canonical.slice(bar + 1)]
}

/** Newest first. */
export function byUrl<Source extends StructureSource>(sources: readonly Source[]): Map<string, Source[]> {
  const map = new Map<string, Source[]>()
  for (const source of sources) {
    const versions = map.get(source.url)
    if (versions === undefined) map.set(source.url, [source])
    else versions.push(source)
  }
  for (const versions of map.values()) versions.sort(byVersionDown)
  return map
}

function byVersionDown(left: StructureSource, right: StructureSource): number {
  return (right.version ?? '').localeCompare(left.version ?? '', 'en', { numeric: true })
}

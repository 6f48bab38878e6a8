export interface Extension {
  readonly url: string
  readonly [value: string]: unknown
}

export function extensionOf(element: object, url: string): Extension | undefined {
  const { extension } = element as { readonly extension?: readonly Extension[] }
  return extension?.find((one) => one.url === url)
}

/** Numbers as JSON writes them: 2.0 arrives as text, see fhir/json.ts. */
export function integerOf(element: object, url: string): number | undefined {
  const extension = extensionOf(element, url)
  const value = extension?.valuePositiveInt ?? extension?.valueInteger
  return value === undefined ? undefined : Number(value)
}

export function withoutExtension<Element extends object>(element: Element, url: string): Element {
  const { extension, ...rest } = element as Element & { readonly extension?: readonly Extension[] }
  const kept = extension?.filter((one) => one.url !== url) ?? []
  return (kept.length === 0 ? rest : { ...rest, extension: kept }) as Element
}

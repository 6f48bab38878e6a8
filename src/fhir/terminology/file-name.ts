/** Most canonical URLs begin so; the rest of them is name enough. */
const prefixes = [
  'http://hl7.org/fhir/ValueSet/',
  'http://hl7.org/fhir/CodeSystem/',
  'http://hl7.org/fhir/',
  'http://terminology.hl7.org/ValueSet/',
  'http://terminology.hl7.org/CodeSystem/',
]

/** Where fhir-profiles keeps a value set or code system. Names come from requests too: nothing but a name may become a path. */
export function fileNameOf(url: string): string {
  const prefix = prefixes.find((start) => url.startsWith(start)) ?? ''
  return `${url.slice(prefix.length).replace(/[^A-Za-z0-9.-]+/g, '_')}.json`
}

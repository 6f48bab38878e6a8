// What markup, or the reading of an attribute, would change; and what XML 1.0 has no way to write.
const special = /[&<>"\p{Cc}\p{Surrogate}\ufffe\uffff]/u
const specials = new RegExp(special, 'gu')

const written: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // https://www.w3.org/TR/xml/#AVNormalize: as they are, these would be read as spaces.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** For the value of an attribute. Characters that no XML can hold (FHIR forbids them too) become U+FFFD. */
export function escapeXml(text: string): string {
  return special.test(text)
    ? text.replace(specials, (one) => written[one] ?? (one >= '\x7f' && one <= '\x9f' ? one : '\ufffd'))
    : text
}

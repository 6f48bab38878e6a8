const header = 20
const textType = 25

/** A text[] parameter in PostgreSQL's binary form: long texts go over as they are, without quoting and parsing. */
export function textArray(texts: readonly string[]): Buffer {
  let size = header
  for (const text of texts) size += 4 + Buffer.byteLength(text)
  const array = Buffer.allocUnsafe(size)
  array.writeInt32BE(1, 0)
  array.writeInt32BE(0, 4)
  array.writeInt32BE(textType, 8)
  array.writeInt32BE(texts.length, 12)
  array.writeInt32BE(1, 16)
  let at = header
  for (const text of texts) {
    const bytes = array.write(text, at + 4)
    array.writeInt32BE(bytes, at)
    at += 4 + bytes
  }
  return array
}

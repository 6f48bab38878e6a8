/** Over GF(256) with the polynomial that QR codes use. */
export function errorCorrection(data: Uint8Array, degree: number): Uint8Array {
  const divisor = generator(degree)
  const rest = new Uint8Array(degree)
  for (const byte of data) {
    const factor = byte ^ (rest[0] as number)
    rest.copyWithin(0, 1)
    rest[degree - 1] = 0
    for (const [at, coefficient] of divisor.entries())
      rest[at] = (rest[at] as number) ^ multiply(coefficient, factor)
  }
  return rest
}

function generator(degree: number): Uint8Array {
  const result = new Uint8Array(degree)
  result[degree - 1] = 1
  for (let i = 0, root = 1; i < degree; i += 1, root = multiply(root, 2))
    for (let at = 0; at < degree; at += 1)
      result[at] = multiply(result[at] as number, root) ^ (at + 1 < degree ? (result[at + 1] as number) : 0)
  return result
}

function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    product ^= ((b >> bit) & 1) * a
  }
  return product
}

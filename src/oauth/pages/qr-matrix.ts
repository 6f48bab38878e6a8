import { errorCorrection } from './reed-solomon.ts'

/**
 * ISO/IEC 18004: bytes, error correction level L, up to 321 of them. Of the eight masks the second is always taken: a
 * reader undoes any, and choosing the handsomest is for worse paper than a screen.
 */
type Matrix = boolean[][]

/** A version's error correction: codewords a block, blocks. */
const versions: readonly (readonly [number, number])[] = [
  [7, 1],
  [10, 1],
  [15, 1],
  [20, 1],
  [26, 1],
  [18, 2],
  [20, 2],
  [24, 2],
  [30, 2],
  [18, 4],
  [20, 4],
]

export function encodeQr(bytes: Uint8Array): readonly (readonly boolean[])[] {
  const version =
    versions.findIndex((_, at) => dataCodewords(at + 1) * 8 >= 4 + lengthBits(at + 1) + bytes.length * 8) + 1
  if (version === 0) throw new RangeError('too long for a QR code')
  const size = 17 + 4 * version
  const dark: Matrix = Array.from({ length: size }, () => new Array<boolean>(size).fill(false))
  const taken: Matrix = Array.from({ length: size }, () => new Array<boolean>(size).fill(false))
  const set = (x: number, y: number, value: boolean): void => {
    const [row, mark] = [dark[y], taken[y]]
    if (row === undefined || mark === undefined || x < 0 || x >= size) return
    row[x] = value
    mark[x] = true
  }
  drawPatterns(version, size, set)
  fill(interleave(buildData(bytes, version), version), size, dark, taken)
  return dark
}

type Set = (x: number, y: number, value: boolean) => void

function drawPatterns(version: number, size: number, set: Set): void {
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0)
    set(at, 6, at % 2 === 0)
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    for (let y = -4; y <= 4; y += 1)
      for (let x = -4; x <= 4; x += 1) {
        const ring = Math.max(Math.abs(x), Math.abs(y))
        set(cx + x, cy + y, ring !== 2 && ring !== 4)
      }
  const centres = alignmentCentres(version, size)
  const last = centres.length - 1
  for (const [i, cx] of centres.entries())
    for (const [j, cy] of centres.entries()) {
      if ((i === 0 && (j === 0 || j === last)) || (i === last && j === 0)) continue
      for (let y = -2; y <= 2; y += 1)
        for (let x = -2; x <= 2; x += 1) set(cx + x, cy + y, Math.max(Math.abs(x), Math.abs(y)) !== 1)
    }
  drawFormat(size, set)
  if (version >= 7) drawVersion(version, size, set)
}

function alignmentCentres(version: number, size: number): readonly number[] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const step = Math.ceil((size - 13) / (count * 2 - 2)) * 2
  return [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - at * step).reverse()]
}

const mask = 1

/** Level L and the mask, with their own check bits, twice. */
function drawFormat(size: number, set: Set): void {
  const data = (1 << 3) | mask
  const bits = ((data << 10) | remainder(data << 10, 0x537, 10)) ^ 0x5412
  const bit = (at: number): boolean => ((bits >> at) & 1) === 1
  for (let at = 0; at <= 5; at += 1) set(8, at, bit(at))
  set(8, 7, bit(6))
  set(8, 8, bit(7))
  set(7, 8, bit(8))
  for (let at = 9; at < 15; at += 1) set(14 - at, 8, bit(at))
  for (let at = 0; at < 8; at += 1) set(size - 1 - at, 8, bit(at))
  for (let at = 8; at < 15; at += 1) set(8, size - 15 + at, bit(at))
  set(8, size - 8, true)
}

function drawVersion(version: number, size: number, set: Set): void {
  const bits = (version << 12) | remainder(version << 12, 0x1f25, 12)
  for (let at = 0; at < 18; at += 1) {
    const value = ((bits >> at) & 1) === 1
    const [a, b] = [size - 11 + (at % 3), Math.floor(at / 3)]
    set(a, b, value)
    set(b, a, value)
  }
}

function remainder(value: number, divisor: number, degree: number): number {
  let rest = value
  for (let bit = 31 - Math.clz32(rest); bit >= degree; bit = 31 - Math.clz32(rest))
    rest ^= divisor << (bit - degree)
  return rest
}

function buildData(bytes: Uint8Array, version: number): Uint8Array {
  const capacity = dataCodewords(version)
  const bits: number[] = []
  const push = (value: number, count: number): void => {
    for (let at = count - 1; at >= 0; at -= 1) bits.push((value >> at) & 1)
  }
  push(0b0100, 4)
  push(bytes.length, lengthBits(version))
  for (const byte of bytes) push(byte, 8)
  push(0, Math.min(4, capacity * 8 - bits.length))
  while (bits.length % 8 !== 0) bits.push(0)
  const data = new Uint8Array(capacity)
  for (let at = 0; at < capacity; at += 1) {
    const octet = bits.slice(at * 8, at * 8 + 8)
    data[at] =
      octet.length === 8 ? Number.parseInt(octet.join(''), 2) : (at - bits.length / 8) % 2 === 0 ? 0xec : 0x11
  }
  return data
}

/** Blocks side by side, so that a scratch hurts each a little. */
function interleave(data: Uint8Array, version: number): Uint8Array {
  const [correction, count] = versions[version - 1] ?? [0, 1]
  const short = Math.floor(data.length / count)
  const long = data.length % count
  const blocks: Uint8Array[] = []
  for (let at = 0, from = 0; at < count; at += 1) {
    const length = short + (at >= count - long ? 1 : 0)
    blocks.push(data.subarray(from, from + length))
    from += length
  }
  const checks = blocks.map((block) => errorCorrection(block, correction))
  const out: number[] = []
  for (const columns of [blocks, checks])
    for (let at = 0; at < Math.max(...columns.map(({ length }) => length)); at += 1)
      for (const column of columns) if (at < column.length) out.push(column[at] as number)
  return Uint8Array.from(out)
}

/** Two columns at a time from the right, up and down. */
function fill(codewords: Uint8Array, size: number, dark: Matrix, taken: Matrix): void {
  let at = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step += 1)
      for (const x of [right, right - 1]) {
        const upward = ((right + 1) & 2) === 0
        const y = upward ? size - 1 - step : step
        const [row, mark] = [dark[y], taken[y]]
        if (row === undefined || mark?.[x] !== false) continue
        const bit = at < codewords.length * 8 ? ((codewords[at >> 3] as number) >> (7 - (at & 7))) & 1 : 0
        row[x] = (bit === 1) !== (y % 2 === 0)
        at += 1
      }
  }
}

function lengthBits(version: number): number {
  return version < 10 ? 8 : 16
}

function dataCodewords(version: number): number {
  const [correction, count] = versions[version - 1] ?? [0, 0]
  let modules = (16 * version + 128) * version + 64
  if (version >= 2) {
    const centres = Math.floor(version / 7) + 2
    modules -= (25 * centres - 10) * centres - 55
    if (version >= 7) modules -= 36
  }
  return Math.floor(modules / 8) - correction * count
}

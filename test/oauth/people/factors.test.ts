import { describe, expect, test } from 'vitest'
import { encodeQr } from '../../../src/oauth/pages/qr-matrix.ts'
import { errorCorrection } from '../../../src/oauth/pages/reed-solomon.ts'
import { isEmail, normalizeEmail } from '../../../src/oauth/sign-in/accounts.ts'
import { checkPassword, hashPassword } from '../../../src/oauth/sign-in/password-hash.ts'
import { newPaperCode, readPaperCode, seal, unseal } from '../../../src/oauth/sign-in/secrets.ts'
import { newTotpSecret, totpCode, totpStepOf, totpUri } from '../../../src/oauth/sign-in/totp.ts'

describe('codes of an authenticator app', () => {
  /** RFC 6238, appendix B: the key is "12345678901234567890", codes cut to six digits. */
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at second %i it is %s', (second, code) => {
    expect(totpCode(key, Math.floor(second / 30))).toBe(code)
  })

  test('a clock may be half a minute off, not more', () => {
    const now = new Date(1_234_567_890_000)
    const step = Math.floor(1_234_567_890 / 30)
    expect([-2, -1, 0, 1, 2].map((off) => totpStepOf(key, totpCode(key, step + off), now))).toEqual([
      undefined,
      step - 1,
      step,
      step + 1,
      undefined,
    ])
  })

  test('a new key has 160 bits and is written as apps read it', () => {
    const secret = newTotpSecret()
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(totpUri(secret, 'Almanac', 'a+b@c.example')).toBe(
      `otpauth://totp/Almanac:a%2Bb%40c.example?secret=${secret}&issuer=Almanac`,
    )
  })
})

describe('QR codes', () => {
  test('carry the check bytes of the standard', () => {
    // ISO/IEC 18004, annex I: "01234567" in version 1-M.
    const data = Uint8Array.of(16, 32, 12, 86, 97, 128, 236, 17, 236, 17, 236, 17, 236, 17, 236, 17)
    expect([...errorCorrection(data, 10)]).toEqual([165, 36, 212, 193, 237, 54, 199, 135, 44, 85])
  })

  test('grow with what they carry, up to their limit', () => {
    const sizeOf = (length: number) => encodeQr(new Uint8Array(length)).length
    expect([17, 18, 134, 135, 321].map(sizeOf)).toEqual([21, 25, 41, 45, 61])
    expect(() => sizeOf(322)).toThrow(RangeError)
  })

  test('say which mask and level they have, in both places', () => {
    const rows = encodeQr(new TextEncoder().encode('otpauth://totp/Almanac'))
    // Level L with mask 1, of the standard's table of format information.
    const expected = '111001011110011'
    const first = [0, 1, 2, 3, 4, 5, 7, 8].map((x) => rows[8]?.[x])
    const second = [7, 5, 4, 3, 2, 1, 0].map((y) => rows[y]?.[8])
    expect([...first, ...second].map(Number).join('')).toBe(expected)
  })
})

describe('passwords', () => {
  test('are known again however the keyboard wrote them, and no other', async () => {
    const kept = await hashPassword('caf\u00e9 au lait, please')
    expect(await checkPassword('cafe\u0301 au lait, please', kept)).toBe(true)
    expect(await checkPassword('cafe au lait, please', kept)).toBe(false)
    expect(await hashPassword('caf\u00e9 au lait, please')).not.toBe(kept)
  })

  test('never fit where there is none', async () => {
    expect(await checkPassword('', undefined)).toBe(false)
    expect(await checkPassword('x', '$argon2id$broken')).toBe(false)
  })
})

test('what is sealed for one account opens for no other, nor when a byte of it was changed', () => {
  const key = new Uint8Array(32).fill(7)
  const sealed = seal(key, 'JBSWY3DPEHPK3PXP', 'one')
  expect(unseal(key, sealed, 'one')).toBe('JBSWY3DPEHPK3PXP')
  expect(() => unseal(key, sealed, 'two')).toThrow()
  sealed[20] = (sealed[20] ?? 0) ^ 1
  expect(() => unseal(key, sealed, 'one')).toThrow()
})

test('a code on paper is read however it is typed', () => {
  const code = newPaperCode()
  expect(readPaperCode(` ${code.toLowerCase().replaceAll('-', '')} `)).toBe(code)
  expect(code).not.toMatch(/[01IO]/)
})

test.each([
  ['ada@clinic.example', true],
  ['Ada.Lovelace+x@sub.clinic.example', true],
  ['ada', false],
  ['ada@clinic', false],
  ['ada@@clinic.example', false],
  ['ada@clinic.example\r\nBcc: all@clinic.example', false],
  ['"Ada" <ada@clinic.example>', false],
  ['ada@clinic.example,eve@clinic.example', false],
  [`${'a'.repeat(250)}@b.example`, false],
])('%j as an address: %s', (typed, fits) => {
  expect(isEmail(typed)).toBe(fits)
})

test('upper and lower case are one address', () => {
  expect(normalizeEmail('  Ada@Clinic.Example ')).toBe('ada@clinic.example')
})

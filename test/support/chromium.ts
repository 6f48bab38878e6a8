import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Undefined where there is none: tests that need one skip, and say so. */
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place))

export const withoutChromium = 'no chromium on this machine: install it, or name it in CHROMIUM'

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath as string,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
}

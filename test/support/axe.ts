import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Found {
  /** It must be scrolled sideways. */
  readonly wider: boolean
  readonly violations: readonly {
    readonly id: string
    readonly impact: string
    readonly nodes: readonly string[]
  }[]
}

export const nothingFound: Found = { wider: false, violations: [] }

/** What keeps somebody from using this page; its context bypasses the policy, for axe to run inside of it. */
export async function findBarriers(page: Page): Promise<Found> {
  await page.evaluate(axe)
  return (await page.evaluate(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => ({
      wider: document.documentElement.scrollWidth > document.documentElement.clientWidth,
      violations: violations.map(({ id, impact, nodes }) =>
        ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 120)) })) }))`,
  )) as Found
}

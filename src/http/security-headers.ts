import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/**
 * What helmet would set on every answer, asked for once: they never change, and fourteen calls a request are a tenth of a
 * read. An answer is no page, so its policy lets a browser do nothing with it. Name, value, name, value.
 */
export function buildSecurityHeaders(
  policy: Readonly<Record<string, readonly string[]>> = {
    defaultSrc: ["'none'"],
    frameAncestors: ["'none'"],
  },
): readonly string[] {
  const headers: string[] = []
  const recorder = {
    setHeader: (name: string, value: string) => headers.push(name, value),
    removeHeader: () => undefined,
  }
  const middleware = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: Object.fromEntries(Object.entries(policy).map(([name, sources]) => [name, [...sources]])),
    },
    xFrameOptions: { action: 'deny' },
    // For pages and plugins of old browsers.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
  })
  middleware({} as IncomingMessage, recorder as unknown as ServerResponse, (error?: unknown) => {
    if (error !== undefined) throw error
  })
  return headers
}

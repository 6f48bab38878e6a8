/** In seconds. */
export const accessLifeSeconds = 900
export const backendLifeSeconds = 300
export const codeLifeSeconds = 60
/** Of each refresh token; using one gives the next. */
export const refreshLifeSeconds = 30 * 86_400
/** Of what was agreed to, however often it is refreshed. */
export const onlineLifeSeconds = 30 * 86_400
export const offlineLifeSeconds = 365 * 86_400
export const sessionLifeSeconds = 12 * 3_600
/** To sign in and agree. */
export const interactionLifeSeconds = 3_600

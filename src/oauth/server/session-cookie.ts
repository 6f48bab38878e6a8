export const stepCookie = { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true } as const

/** No page beside /oauth ever sees who is signed in. */
export const sessionCookie = { ...stepCookie, path: '/oauth' } as const

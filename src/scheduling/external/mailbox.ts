/** `mailto:anna@clinic.example` → `anna@clinic.example` */
export function mailboxOf(address: string): string | undefined {
  const url = URL.parse(address)
  if (url?.protocol !== 'mailto:' || url.search !== '' || url.hash !== '') return undefined
  try {
    const mailbox = decodeURIComponent(url.pathname)
    return /^[^\s@,<>"]{1,64}@[^\s@,<>"]{1,190}$/.test(mailbox) ? mailbox : undefined
  } catch {
    return undefined
  }
}

/** Where AuditEvents are written. They are never changed: a month's are dropped at once, and their text needs no history row. */
export const auditTable = 'audit_row'

/** What many of them have in common. */
export const auditForms = 'audit_form'

/** What everyone reads who asks for AuditEvents, in SQL too. */
export const auditView = 'auditevent'

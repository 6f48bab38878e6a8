/** Whose rows the server's own definitions are: no clinic's name, and shown to all (migrations/0003-shipped.sql). */
export const shippedTenant = '*'

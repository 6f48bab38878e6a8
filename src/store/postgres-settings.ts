/** What the embedded PostgreSQL runs with: a laptop's memory, full durability, and a log without patients in it. */
export const postgresSettings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  timezone: 'UTC',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_connections: '80',
  // All tables and indexes of all types are made in one transaction.
  max_locks_per_transaction: '512',
  // Compiling a plan costs more than our short queries run.
  jit: 'off',
  random_page_cost: '1.1',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Statements and error details would carry names and identifiers into the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

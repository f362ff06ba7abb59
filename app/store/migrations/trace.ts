import type { StoreMigration } from './index.ts';

/** Signed heads of the audit log, and which state of which data every run read and wrote. */
export const trace: StoreMigration = {
  name: 'trace',
  sql: `
    create table audit_heads (
      seq integer primary key check (seq >= 1),
      hash text not null check (length(hash) = 64),
      at integer not null,
      -- SPKI of an Ed25519 key, base64.
      public_key text not null,
      signature text not null
    ) strict;

    create table dataset_versions (
      run_id text not null references runs (run_id) on delete cascade,
      node_id text not null,
      ordinal integer not null,
      direction text not null check (direction in ('read', 'write')),
      -- file:data/orders.csv, sample:penguins, folder:data/2024, database:shop/orders, inline:PIPELINE/NODE.
      dataset text not null,
      title text not null,
      -- Hash of everything known of the state: equal versions are equal data as far as was looked.
      version text not null,
      -- Absolute, of files only.
      path text,
      bytes integer,
      modified_at real,
      sha256 text,
      rows integer,
      columns text not null,
      fingerprint text not null,
      primary key (run_id, node_id, ordinal)
    ) strict, without rowid;
    create index dataset_versions_by_dataset on dataset_versions (dataset, version);
    create index dataset_versions_by_path on dataset_versions (path, bytes, modified_at);
  `,
};

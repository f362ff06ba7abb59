import type { StoreMigration } from './index.ts';

/**
 * What operating models needs underneath: stages, aliases and approvals of model versions, and the audit log.
 * A row of the log holds the hash of the one before it, so that one that is changed or taken out breaks the chain.
 */
export const operate: StoreMigration = {
  name: 'operate',
  sql: `
    alter table model_versions add column stage text not null default 'candidate' check (stage in ('candidate', 'staging', 'production', 'archived'));
    -- JSON: where the version comes from and what it was made of (app/store/models.ts, VersionFacts).
    alter table model_versions add column facts text not null default '{}';

    create table model_aliases (
      name text not null,
      alias text not null,
      version integer not null,
      changed_at integer not null,
      primary key (name, alias),
      foreign key (name, version) references model_versions (name, version) on delete cascade
    ) strict, without rowid;

    create table model_approvals (
      name text not null,
      version integer not null,
      actor text not null,
      verdict text not null check (verdict in ('approved', 'rejected')),
      note text not null,
      at integer not null,
      primary key (name, version, actor),
      foreign key (name, version) references model_versions (name, version) on delete cascade
    ) strict, without rowid;

    create table audit (
      seq integer primary key check (seq >= 1),
      at integer not null,
      actor text not null,
      action text not null,
      subject text not null,
      details text not null,
      previous text not null,
      hash text not null check (length(hash) = 64)
    ) strict;
    create index audit_by_subject on audit (subject, seq);
  `,
};

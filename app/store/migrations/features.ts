import type { StoreMigration } from './index.ts';

/** Feature views with their versions, and each time their rows were made. */
export const features: StoreMigration = {
  name: 'features',
  sql: `
    create table feature_views (
      name text primary key,
      created_at integer not null,
      -- JSON: owner, description, notes, tests (app/sdk/features.ts, ViewAbout).
      about text not null
    ) strict, without rowid;

    create table feature_view_versions (
      view text not null references feature_views (name) on delete cascade,
      version integer not null check (version >= 1),
      created_at integer not null,
      definition text not null,
      primary key (view, version)
    ) strict, without rowid;

    create table feature_materialisations (
      id text primary key,
      view text not null,
      version integer not null,
      at integer not null,
      -- held: a test failed, so these rows never counted.
      status text not null check (status in ('current', 'superseded', 'held')),
      -- Null once the rows are gone; they stay for a few materialisations.
      artifact text,
      rows integer not null,
      entities integer not null,
      bytes integer not null,
      -- Unix ms of the earliest and latest event.
      first_event integer,
      last_event integer,
      tests text not null,
      -- JSON: the columns each feature is made of.
      lineage text not null,
      run_id text,
      node_id text,
      pipeline_id text,
      pipeline_path text,
      foreign key (view, version) references feature_view_versions (view, version) on delete cascade
    ) strict;
    create index feature_materialisations_by_view on feature_materialisations (view, version, at desc);
    create unique index feature_materialisation_current on feature_materialisations (view, version) where status = 'current';
  `,
};

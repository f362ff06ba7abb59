import type { StoreMigration } from './index.ts';

/** Times are Unix ms; durations are ms from a monotonic clock; JSON columns are checked by zod when read. */
export const firstLight: StoreMigration = {
  name: 'first-light',
  sql: `
    create table meta (key text primary key, value text not null) strict, without rowid;

    -- Documents as they were run, by the hash of their text: an unchanged pipeline is stored once.
    create table pipeline_versions (
      hash text primary key,
      pipeline_id text not null,
      document text not null,
      created_at integer not null
    ) strict;
    create index pipeline_versions_by_pipeline on pipeline_versions (pipeline_id, created_at);

    create table runs (
      run_id text primary key,
      pipeline_id text not null,
      pipeline_path text,
      title text not null,
      version_hash text not null references pipeline_versions (hash),
      status text not null check (status in ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
      started_at integer not null,
      ms real
    ) strict;
    create index runs_by_pipeline on runs (pipeline_id, run_id);
    create index runs_running on runs (status) where status = 'running';

    create table node_runs (
      run_id text not null references runs (run_id) on delete cascade,
      node_id text not null,
      ordinal integer not null,
      type text not null,
      title text not null,
      status text not null check (status in ('queued', 'running', 'succeeded', 'cached', 'failed', 'cancelled', 'skipped')),
      reason text not null,
      cache_key text,
      ms real,
      ports text not null,
      diagnostics text not null,
      primary key (run_id, node_id)
    ) strict, without rowid;

    -- Final numbers; one row each so that runs can be compared by query.
    create table metrics (
      run_id text not null references runs (run_id) on delete cascade,
      node_id text not null,
      name text not null,
      value real,
      primary key (run_id, node_id, name)
    ) strict, without rowid;
    create index metrics_by_name on metrics (name, run_id);

    -- Live curves: little-endian float64 arrays, one chunk a flush, joined into one when the node ends.
    create table series (
      run_id text not null references runs (run_id) on delete cascade,
      node_id text not null,
      name text not null,
      chunk integer not null,
      steps blob not null,
      points blob not null,
      primary key (run_id, node_id, name, chunk)
    ) strict, without rowid;

    create table artifacts (
      id text primary key check (length(id) = 64),
      name text not null,
      bytes integer not null,
      created_at integer not null
    ) strict, without rowid;

    create table lineage (
      run_id text not null references runs (run_id) on delete cascade,
      node_id text not null,
      port text not null,
      column_name text not null,
      ordinal integer not null,
      source_label text not null,
      source_node text,
      source_port text,
      source_column text not null,
      via text not null check (via in ('value', 'filter')),
      primary key (run_id, node_id, port, column_name, ordinal)
    ) strict, without rowid;
    create index lineage_by_source on lineage (source_label, source_column);

    create table models (name text primary key, created_at integer not null) strict, without rowid;
    create table model_versions (
      name text not null references models (name) on delete cascade,
      version integer not null check (version >= 1),
      created_at integer not null,
      value text not null,
      onnx text not null,
      run_id text references runs (run_id) on delete set null,
      node_id text,
      pipeline_title text,
      note text not null,
      primary key (name, version)
    ) strict, without rowid;

    create table cache_entries (
      key text primary key check (length(key) = 64),
      pipeline_id text not null,
      node_id text not null,
      node_type text not null,
      parts text not null,
      outputs text not null,
      metrics text not null,
      diagnostics text not null,
      ports text not null,
      ms real not null,
      created_at integer not null
    ) strict, without rowid;

    -- Which result a node of a pipeline had last, to say why it is stale.
    create table cache_latest (
      pipeline_id text not null,
      node_id text not null,
      key text not null references cache_entries (key) on delete cascade,
      primary key (pipeline_id, node_id)
    ) strict, without rowid;
  `,
};

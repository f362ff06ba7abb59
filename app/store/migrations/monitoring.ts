import type { StoreMigration } from './index.ts';

/** What monitoring nodes saw, batch by batch, and the alarms that were raised over it. Aggregates only: no rows of anybody's table. */
export const monitoring: StoreMigration = {
  name: 'monitoring',
  sql: `
    create table monitor_batches (
      -- PIPELINE/NODE
      monitor text not null,
      run_id text not null,
      at integer not null,
      pipeline_id text not null,
      pipeline_path text,
      pipeline_title text not null,
      node_id text not null,
      node_title text not null,
      -- JSON: app/sdk/monitoring.ts, MonitorBatch.
      batch text not null,
      primary key (monitor, run_id)
    ) strict, without rowid;
    create index monitor_batches_by_time on monitor_batches (monitor, at);

    create table alarms (
      id text primary key,
      monitor text not null,
      -- What it is about within its monitor: an alarm that is not cleared is not raised a second time.
      topic text not null,
      pipeline_id text not null,
      pipeline_path text,
      pipeline_title text not null,
      node_id text not null,
      run_id text,
      input text,
      column_name text,
      slice text,
      title text not null,
      message text not null,
      severity text not null check (severity in ('warning', 'critical')),
      metrics text not null,
      state text not null check (state in ('open', 'acknowledged', 'cleared')),
      raised_at integer not null,
      last_at integer not null,
      times integer not null,
      acknowledged_by text,
      acknowledged_at integer,
      note text not null default '',
      cleared_at integer,
      cleared_by text
    ) strict;
    create unique index alarms_alive on alarms (monitor, topic) where state <> 'cleared';
    create index alarms_by_time on alarms (last_at);
  `,
};

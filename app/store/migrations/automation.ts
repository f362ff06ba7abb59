import type { StoreMigration } from './index.ts';

/**
 * Schedules and triggers, and each time that one of them fired. `due_key` names what a firing is for (a time, a file, a run …): one firing
 * a key, whatever happens in between.
 */
export const automation: StoreMigration = {
  name: 'automation',
  sql: `
    create table automations (
      id text primary key,
      -- JSON: app/core/automation.ts, AutomationSpec.
      spec text not null,
      enabled integer not null check (enabled in (0, 1)),
      created_at integer not null,
      changed_at integer not null,
      -- Due times up to this moment (Unix ms) have been dealt with.
      seen_until integer not null
    ) strict;

    create table firings (
      id text primary key,
      automation_id text not null references automations (id) on delete cascade,
      due_key text not null,
      due_at integer not null,
      fired_at integer,
      ended_at integer,
      state text not null check (state in ('waiting', 'running', 'succeeded', 'failed', 'timed-out', 'cancelled', 'skipped')),
      -- One sentence a person can read: why it was skipped, why it failed.
      reason text not null,
      -- Due times that this row stands for: more than one only where several were missed.
      missed integer not null,
      -- JSON: what the trigger hands over ({{file}} …).
      given text not null,
      -- Not before this moment; of a retry.
      not_before integer,
      unique (automation_id, due_key)
    ) strict;
    create index firings_by_time on firings (due_at);
    create index firings_open on firings (state) where state in ('waiting', 'running');

    create table firing_attempts (
      firing_id text not null references firings (id) on delete cascade,
      attempt integer not null check (attempt >= 1),
      run_id text,
      started_at integer not null,
      ended_at integer,
      outcome text check (outcome in ('succeeded', 'failed', 'timed-out', 'cancelled', 'interrupted')),
      reason text not null,
      primary key (firing_id, attempt)
    ) strict, without rowid;

    -- Files that a trigger knows: each fires once for one time of change and size.
    create table automation_files (
      automation_id text not null references automations (id) on delete cascade,
      path text not null,
      mtime real not null,
      size integer not null,
      primary key (automation_id, path)
    ) strict, without rowid;

    -- When a node began, in ms since its run did; null: not known.
    alter table node_runs add column started_ms real;
  `,
};

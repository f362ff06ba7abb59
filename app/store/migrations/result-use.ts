import type { StoreMigration } from './index.ts';

/** When results were last used, and which were removed to free disk: those keep their row, so that the node can say so. */
export const resultUse: StoreMigration = {
  name: 'result-use',
  sql: `
    alter table cache_entries add column last_used integer not null default 0;
    update cache_entries set last_used = created_at;
    alter table cache_entries add column evicted_at integer;
    alter table cache_entries add column evicted_bytes integer;
  `,
};

import type { StoreMigration } from './index.ts';

/** Access tokens of model servers: only their hashes; the token itself is shown once, when it is made. */
export const serving: StoreMigration = {
  name: 'serving',
  sql: `
    create table access_tokens (
      id text primary key,
      name text not null,
      -- SHA-256 of the token, which is 32 random bytes: nothing that could be guessed.
      hash text not null unique check (length(hash) = 64),
      scopes text not null,
      created_at integer not null,
      created_by text not null,
      expires_at integer,
      revoked_at integer
    ) strict;
  `,
};

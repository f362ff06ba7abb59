import type { StoreMigration } from '#app/store/migrations/index.ts';

/** In order; never edited once released, only added to. */
export const accessMigrations: readonly StoreMigration[] = [
  {
    name: 'accounts',
    sql: `
      create table accounts (
        id text primary key,
        name text not null,
        -- As it is compared: NFKC, lower case.
        folded text not null unique,
        password text,
        admin integer not null default 0,
        disabled_at integer,
        issuer text,
        subject text,
        created_at integer not null,
        created_by text not null,
        last_sign_in integer,
        unique (issuer, subject)
      );
      create table grants (
        account text not null references accounts (id) on delete cascade,
        project text not null,
        role text not null,
        primary key (account, project)
      );
      create table sessions (
        -- SHA-256 of the secret in the cookie.
        hash text primary key,
        id text not null unique,
        account text not null references accounts (id) on delete cascade,
        csrf text not null,
        created_at integer not null,
        seen_at integer not null,
        address text not null,
        agent text not null
      );
      create index sessions_account on sessions (account);
      create table api_tokens (
        id text primary key,
        hash text not null unique,
        account text not null references accounts (id) on delete cascade,
        name text not null,
        scopes text not null,
        created_at integer not null,
        expires_at integer not null,
        last_used integer
      );
      create index api_tokens_account on api_tokens (account);
      create table invitations (
        hash text primary key,
        id text not null unique,
        -- Null: the first admin, who is made by it.
        account text references accounts (id) on delete cascade,
        created_at integer not null,
        created_by text not null,
        expires_at integer not null
      );
      -- Browsers in which an account has signed in before: locking the account's name elsewhere does not lock them out.
      create table devices (
        hash text primary key,
        account text not null references accounts (id) on delete cascade,
        created_at integer not null
      );
      create table failures (
        -- 'name:…', 'address:…' or 'device:…'
        key text primary key,
        count integer not null,
        last_at integer not null
      );
    `,
  },
];

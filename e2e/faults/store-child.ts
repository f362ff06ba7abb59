import { openStore } from '#app/store/index.ts';
import { storeMigrations } from '#app/store/migrations/index.ts';
import { StoreDatabase } from '#app/store/database.ts';

/**
 * Processes that write to a project's database, started by the tests in this folder. argv: task, folder, number.
 * `migrate`: says `started`, brings the database up and says `done`; `add`: adds one to a counter so many times, a transaction each.
 */
const [task = '', folder = '', number = '0'] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const many = (table: string): string => `create table ${table} (n integer primary key, text text not null) strict;
  insert into ${table} with recursive counter(n) as (select 1 union all select n + 1 from counter where n < 60000) select n, hex(randomblob(20)) from counter;
  create index ${table}_text on ${table}(text)`;

/** Versions that take long enough to be killed in. */
export const slowMigrations = [...storeMigrations, { name: 'slow-one', sql: many('slow_one') }, { name: 'slow-two', sql: many('slow_two') }];

if (task === 'migrate') {
  say('started');
  openStore(folder, { migrations: slowMigrations }).close();
  say('done');
} else if (task === 'add') {
  const database = new StoreDatabase(folder, { readOnly: false });
  for (let time = 0; time < Number(number); time++) {
    database.transaction(() => {
      const n = Number(database.get('select n from counter')?.['n']);
      database.run('update counter set n = ?', n + 1);
      database.run('insert into written (pid, time) values (?, ?)', process.pid, time);
    });
  }
  database.close();
  say('done');
} else if (task === 'open') {
  const store = openStore(folder);
  say(store.readOnly ? 'reads' : 'writes');
  process.stdin.resume();
  process.stdin.once('end', () => store.close());
}

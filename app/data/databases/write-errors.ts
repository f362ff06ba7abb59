import { PenstockError } from '#app/core/errors.ts';

export function tableExists(table: string): PenstockError {
  return new PenstockError('database-table-exists', `The table ${table} exists already.`, { remedy: 'Choose another name, or the mode “Append” or “Replace all rows”.', place: { param: ['table'] } });
}

export function noTable(table: string): PenstockError {
  return new PenstockError('database-unknown-table', `There is no table ${table} to append to.`, { remedy: 'Check its name, or choose the mode “Create the table”.', place: { param: ['table'] } });
}

import { mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Files of the benchmark: orders with twelve columns as CSV, their customers as Parquet. */
export interface OrderFiles {
  readonly orders: string;
  readonly customers: string;
}

export const customersOf = (rows: number): number => Math.max(1000, Math.round(rows / 25));

/**
 * Writes the files into `folder`, made of hashes of the row's number, so that they are the same on every machine; files that are there
 * already are taken. Dirty as exports are: blanks around text, missing prices, returns with a negative quantity.
 */
export async function orderFiles(folder: string, rows: number): Promise<OrderFiles> {
  await mkdir(folder, { recursive: true });
  const files = { orders: path.join(folder, `orders-${rows}.csv`), customers: path.join(folder, `customers-${rows}.parquet`) };
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  /** A number from 0 to `below` - 1 for each row and purpose. */
  const draw = (purpose: number, below: number): string => `(hash(i * 64 + ${purpose}) % ${below})::bigint`;
  const write = async (file: string, sql: string, options: string): Promise<void> => {
    if (await stat(file).then(() => true, () => false)) return;
    await connection.run(`copy (${sql}) to '${file}.partial' (${options})`);
    await rename(`${file}.partial`, file);
  };
  try {
    await write(
      files.orders,
      `select i + 1 as order_id,
         ${draw(1, customersOf(rows))} as customer_id,
         timestamp '2024-01-01' + to_seconds(${draw(2, 2 * 365 * 86_400)}) as ordered_at,
         'P' || lpad(${draw(3, 500)}::varchar, 4, '0') as product,
         (['books', 'garden', 'toys', 'food', 'music', 'tools', 'sport', 'health'])[${draw(4, 8)} + 1] as category,
         (['web', ' web', 'shop', 'phone', 'Phone', 'partner'])[${draw(5, 6)} + 1] as channel,
         ${draw(6, 12)} - 1 as quantity,
         case when ${draw(7, 50)} = 0 then null else ${draw(8, 20_000)} / 100.0 end as price,
         case when ${draw(9, 3)} = 0 then ${draw(10, 30)} / 100.0 end as discount,
         (['NO', 'SE', 'DK', 'DE', 'FR', 'NL', 'PL', 'IT', 'ES', 'GB'])[${draw(11, 10)} + 1] as country,
         case when ${draw(12, 4)} = 0 then ${draw(13, 5)} + 1 end as rating,
         'ref ' || ${draw(14, 100_000)} as note
       from range(${rows}) as rows(i)`,
      'format csv, header',
    );
    await write(
      files.customers,
      `select i as customer_id, (['consumer', 'business', 'public'])[${draw(20, 3)} + 1] as segment, (['north', 'south', 'east', 'west'])[${draw(21, 4)} + 1] as region,
         date '2015-01-01' + ${draw(22, 3000)}::integer as joined_on
       from range(${customersOf(rows)}) as rows(i) where ${draw(23, 40)} > 0`,
      'format parquet',
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return files;
}

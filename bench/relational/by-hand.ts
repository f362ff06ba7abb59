import { DuckDBInstance } from '@duckdb/node-api';

export interface ByHandOptions {
  readonly orders: string;
  readonly customers: string;
  readonly out: string;
  readonly memoryLimit?: string;
  readonly tempDir?: string;
}

/** The pipeline as a person who knows DuckDB writes it: one statement from file to file. */
export const statement = ({ orders, customers, out }: Pick<ByHandOptions, 'orders' | 'customers' | 'out'>): string => `
  copy (
    with cleaned as (
      select customer_id, ordered_at, lower(trim(channel)) as channel, date_trunc('month', ordered_at)::date as month, quantity, price,
             quantity * price * (1 - coalesce(discount, 0)) as amount
      from read_csv('${orders}')
      where quantity > 0 and price is not null
    ),
    joined as (select cleaned.*, segment, region from cleaned join read_parquet('${customers}') using (customer_id)),
    running as (select *, sum(amount) over (partition by customer_id order by ordered_at, amount rows between unbounded preceding and current row) as running_total from joined),
    grouped as (
      select customer_id, segment, region, month, channel, sum(amount) as amount, sum(quantity)::bigint as quantity, max(running_total) as running_total, count(*) as orders
      from running group by all
    ),
    wide as (
      select customer_id, segment, region, month,
             ${['partner', 'phone', 'shop', 'web'].map((channel) => `sum(amount) filter (where channel = '${channel}') as ${channel}_amount, max(running_total) filter (where channel = '${channel}') as ${channel}_running`).join(', ')}
      from grouped group by all
    )
    select * from wide order by segment, month desc, customer_id, region
  ) to '${out}' (format parquet, compression zstd)`;

/** @returns wall time in ms of the one statement */
export async function run(options: ByHandOptions): Promise<{ ms: number }> {
  const instance = await DuckDBInstance.create(':memory:', {
    ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
    ...(options.tempDir === undefined ? {} : { temp_directory: options.tempDir }),
  });
  const connection = await instance.connect();
  const from = performance.now();
  await connection.run(statement(options));
  const ms = performance.now() - from;
  connection.closeSync();
  instance.closeSync();
  return { ms };
}

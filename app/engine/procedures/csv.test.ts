import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { localContext } from '#app/access/caller.ts';
import { expect, it } from 'vitest';
import { createRouter } from '../router.ts';
import { openTestEngine } from '../testing.ts';

it('a preview tells what was found and why, and marks what cannot be read', async () => {
  const opened = await openTestEngine();
  try {
    const lines = ['id;price;day;code', '1;1,5;31.01.2024;01', '2;2,25;01.02.2024;x', '3;4;05.02.2024', '4;;06.02.2024;y', '5;7,5;07.02.2024;z', '6;8;08.02.2024;w'];
    await writeFile(path.join(opened.projectDir, 'prices.csv'), `${lines.join('\n')}\n`);
    const client = createRouterClient(createRouter(opened.engine), { context: localContext });
    const found = await client.csv.preview({ path: 'prices.csv', params: {} });
    expect(found.dialect).toMatchObject({ delimiter: ';', decimal: ',', header: true, encoding: 'utf-8' });
    expect(found.columns.map(({ header, type, format }) => [header, type, format])).toEqual([
      ['id', 'integer', ''],
      ['price', 'float', ''],
      ['day', 'date', 'dd.mm.yyyy'],
      ['code', 'string', ''],
    ]);
    expect(found.columns[2]?.why).toContain('31.01.2024');
    expect(found.rows[0]).toEqual({ line: 2, cells: [{ text: '1', value: '1' }, { text: '1,5', value: '1.5' }, { text: '31.01.2024', value: '2024-01-31' }, { text: '01', value: '01' }] });
    expect(found.rows[2]).toMatchObject({ line: 4, fault: '3 values where 4 columns are expected.' });
    const corrected = await client.csv.preview({ path: 'prices.csv', params: { types: [{ column: 'code', type: 'integer', name: 'number' }] }, limit: 2 });
    expect(corrected.columns[3]).toMatchObject({ header: 'code', name: 'number', found: 'string', type: 'integer' });
    expect(corrected.rows).toHaveLength(2);
    expect(corrected.rows[1]?.cells[3]).toEqual({ text: 'x', value: null, fault: '“x” is not a whole number (integer).' });
    await expect(client.csv.preview({ path: 'absent.csv', params: {} })).rejects.toMatchObject({ data: { code: 'file-missing' } });
  } finally {
    await opened.close();
  }
});

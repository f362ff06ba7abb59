import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { isReadable } from '../data/data-files.ts';

/** Files that can be learned from, in the folders where people put them. */
const folders = ['', 'data', 'uploads'] as const;

export function useDataFiles(): readonly string[] {
  const files = useQuery('brief files', async (signal) => {
    const lists = await Promise.all(folders.map((folder) => client.files.list({ folder }, { signal }).catch(() => [])));
    return lists.flat().filter(({ kind, name }) => kind === 'file' && isReadable(name)).map(({ path }) => path);
  });
  return files.data ?? [];
}

import { describe, expect, it } from 'vitest';
import { countSeverities, filterGroups, projectGroups, rowsOf, type ListedProblem, type ProblemGroup } from './problem-groups.ts';

const problem = (severity: 'error' | 'warning' | 'info', message: string, node: string | null = null): ListedProblem => ({ diagnostic: { severity, code: 'test', message }, node: node === null ? null : { id: node, title: `Node ${node}`, type: 'test/step' } });
const group = (path: string, ...problems: ListedProblem[]): ProblemGroup => ({ path, title: `Title ${path}`, problems, more: 0 });
const all = { severities: ['error', 'warning', 'info'] as const, text: '' };

describe('problems of all pipelines', () => {
  it('are ordered by what is worst, then by title', () => {
    const groups = [group('c', problem('warning', 'w')), group('b', problem('error', 'e')), group('a', problem('error', 'e')), group('open', problem('info', 'i')), group('fine')];
    expect(filterGroups(groups, all).map(({ path }) => path)).toEqual(['a', 'b', 'c', 'open']);
  });

  it('are filtered by severity and by every word, in names too', () => {
    const groups = [group('a', problem('error', 'The column “x” is not there.', 'n1'), problem('warning', 'The column “y” is odd.', 'n2')), group('b', problem('error', 'Else'))];
    expect(filterGroups(groups, { ...all, severities: ['warning'] }).flatMap(({ problems }) => problems)).toHaveLength(1);
    expect(filterGroups(groups, { ...all, text: 'COLUMN n1' }).flatMap(({ problems }) => problems.map(({ node }) => node?.id))).toEqual(['n1']);
    expect(filterGroups(groups, { ...all, text: 'title b' }).map(({ path }) => path)).toEqual(['b']);
    expect(filterGroups(groups, { ...all, text: 'nothing like it' })).toEqual([]);
  });

  it('stand beside each other when they are of one node', () => {
    const [one] = filterGroups([group('a', problem('warning', '1', 'x'), problem('error', '2', 'y'), problem('error', '3', 'x'))], all);
    expect(one?.problems.map(({ node, diagnostic }) => `${node?.id}${diagnostic.message}`)).toEqual(['y2', 'x3', 'x1']);
  });

  it('take the open pipeline as the page knows it', () => {
    const files = { a: { path: 'a', title: 'A', problems: [], more: 0 }, b: { path: 'b', title: 'B', problems: [], more: 3 } };
    expect(projectGroups(files, group('a', problem('error', 'new'))).map(({ path, problems }) => [path, problems.length])).toEqual([['a', 1], ['b', 0]]);
    expect(countSeverities([problem('error', ''), problem('error', ''), problem('info', '')])).toEqual({ error: 2, warning: 0, info: 1 });
  });

  it('are rows with headers; ten thousand of them are listed, each with a key of its own', () => {
    const many = group('many', ...Array.from({ length: 10_000 }, (_, index) => problem('warning', index % 2 === 0 ? 'again' : `other ${index}`, 'n')));
    const groups = [{ ...group('a', problem('error', 'one')), more: 7 }, many];
    const rows = rowsOf(filterGroups(groups, all), true, []);
    expect(rows).toHaveLength(2 + 1 + 1 + 10_000);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(rows.filter((row) => row.kind === 'problem' && row.same !== null)).toHaveLength(1);
    expect(rowsOf(groups, true, ['many']).map(({ kind }) => kind)).toEqual(['header', 'problem', 'rest', 'header']);
    expect(rowsOf(groups, false, ['many'])[0]?.kind).toBe('problem');
  });
});

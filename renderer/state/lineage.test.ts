import { describe, expect, it } from 'vitest';
import { marksOf } from './lineage.ts';

describe('marks of a path', () => {
  it('joins the ports of a node and puts values before what decides rows', () => {
    const stop = (nodeId: string, direction: 'back' | 'target' | 'forward', columns: [string, 'value' | 'filter'][]) => ({
      nodeId,
      title: nodeId,
      port: 'table',
      direction,
      columns: columns.map(([column, via]) => ({ column, via, expression: null })),
    });
    const marks = marksOf({
      stops: [stop('read', 'back', [['city', 'filter'], ['income', 'value']]), stop('keys', 'back', [['name', 'filter']]), stop('sum', 'target', [['total', 'value']]), stop('split', 'forward', [['total', 'value']]), { ...stop('split', 'forward', [['total', 'value']]), port: 'test' }],
      wires: [],
      sources: [],
      users: [{ nodeId: 'chart', title: 'Chart' }],
    });
    expect(marks['read']).toMatchObject({ via: 'value', columns: [{ column: 'income' }, { column: 'city' }] });
    expect(marks['keys']?.via).toBe('filter');
    expect(marks['sum']?.direction).toBe('target');
    expect(marks['split']?.columns).toHaveLength(2);
    expect(marks['chart']).toEqual({ direction: 'forward', via: 'value', columns: [] });
  });
});

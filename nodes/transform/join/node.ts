import { z } from 'zod';
import { commonType, nameKey } from '#app/relation/index.ts';
import type { Schema } from '#app/relation/types.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const kinds = ['inner', 'left', 'right', 'full', 'semi', 'anti', 'cross'] as const;
const kindLabels = {
  inner: 'Only rows that match (inner)',
  left: 'All left rows (left)',
  right: 'All right rows (right)',
  full: 'All rows of both (full)',
  semi: 'Left rows that have a match (semi)',
  anti: 'Left rows that have no match (anti)',
  cross: 'Every left row with every right row (cross)',
};
const withKeys = kinds.filter((kind) => kind !== 'cross');

const pair = z.object({
  left: z.string().default('').meta({ title: 'Left column', control: 'column', from: 'left' }),
  right: z.string().default('').meta({ title: 'Right column', control: 'column', from: 'right' }),
});

const params = z.object({
  kind: z.enum(kinds).default('inner').meta({ title: 'Rows to keep', control: 'select', labels: kindLabels }),
  keys: z.array(pair).default([]).meta({ title: 'Where equal', control: 'rows', description: 'Rows match where all pairs are equal. Missing values never match.', visibleWhen: { param: 'kind', in: withKeys } }),
  suffix: z.string().default('_right').meta({ title: 'Suffix', control: 'text', advanced: true, description: 'Put behind the name of a right column that the left table has, too.' }),
});

export type JoinParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/join',
  version: 1,
  title: 'Join',
  summary: 'Puts the columns of two tables side by side where key columns are equal.',
  keywords: ['merge', 'lookup', 'vlookup', 'inner join', 'left join', 'outer join', 'anti join', 'combine'],
  inputs: [
    { name: 'left', title: 'Left table', kind: 'table', arity: 'one' },
    { name: 'right', title: 'Right table', kind: 'table', arity: 'one' },
  ],
  outputs: [
    { name: 'table', title: 'Joined rows', kind: 'table', summary: 'Left columns, then right columns; keys of the same name come once.' },
    { name: 'report', title: 'Match report', kind: 'report', summary: 'Matched and unmatched rows of both sides, repeated keys, and how many rows they make.' },
  ],
  params,
  describe: ({ kind, keys }, say) => {
    if (kind === 'cross') return say`cross join`;
    const pairs = keys.filter(({ left, right }) => left !== '' && right !== '').map(({ left, right }) => (left === right ? left : `${left} = ${right}`));
    return pairs.length === 0 ? say`No key columns yet` : say`${kind} join on ${pairs.join(', ')}`;
  },
  configure: ({ params: { kind, keys } }) => {
    if (kind === 'cross') return {};
    return {
      diagnostics: [
        ...(keys.length === 0 ? [paramMissing(['keys'], 'There is no pair of columns to join on.', 'Choose a left column and the right column that must equal it.')] : []),
        ...keys.flatMap(({ left, right }, i) =>
          left !== '' && right !== ''
            ? []
            : [paramMissing(['keys', i, left === '' ? 'left' : 'right'], `Key pair ${i + 1} has no ${left === '' ? 'left' : 'right'} column.`, 'Choose a column, or remove the row.')],
        ),
      ],
    };
  },
  suggest: (context) => {
    if (context.params.keys.length > 0) return null;
    const left = schemaAt(context, 'left');
    const right = schemaAt(context, 'right');
    const key = left && right ? likelyKey(left, right) : null;
    return key === null ? null : { keys: [key] };
  },
});

/** A column of both tables: one that is named like a key, else the first; fractions are no keys. */
function likelyKey(left: Schema, right: Schema): { left: string; right: string } | null {
  const pairs = left.flatMap((a) => {
    const b = right.find((candidate) => nameKey(candidate.name) === nameKey(a.name));
    return b && a.type !== 'float' && commonType(a.type, b.type) !== null ? [{ left: a.name, right: b.name }] : [];
  });
  return pairs.find((pair) => /(^|_|[a-z])(id|key|code|no|number)$/i.test(pair.left)) ?? pairs[0] ?? null;
}

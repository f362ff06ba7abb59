import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { TableViewParams } from './node.ts';

export const relation: RelationFn<TableViewParams> = (inputs) => tableInput(inputs);

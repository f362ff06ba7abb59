import type { Relation } from './types.ts';

/** Relations that a relation reads directly, in order. */
export function inputsOf(relation: Relation): readonly Relation[] {
  switch (relation.op) {
    case 'scan':
      return [];
    case 'join':
    case 'asof':
    case 'set':
      return [relation.left, relation.right];
    case 'union':
      return relation.inputs;
    case 'sql':
      return relation.inputs.map((input) => input.relation);
    default:
      return [relation.input];
  }
}

/** The same relation over other inputs; depth one. */
export function mapInputs(relation: Relation, map: (input: Relation) => Relation): Relation {
  switch (relation.op) {
    case 'scan':
      return relation;
    case 'join':
    case 'asof':
    case 'set':
      return { ...relation, left: map(relation.left), right: map(relation.right) };
    case 'union':
      return { ...relation, inputs: relation.inputs.map(map) };
    case 'sql':
      return { ...relation, inputs: relation.inputs.map((input) => ({ name: input.name, relation: map(input.relation) })) };
    default:
      return { ...relation, input: map(relation.input) };
  }
}

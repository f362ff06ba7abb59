import { canonicalJson } from '#app/core/hash.ts';
import type { OnnxNode, OnnxTensor } from '#app/relation/emitters/onnx/graph.ts';
import type { Column } from '#app/relation/types.ts';
import type { FeatureOutput, FittedRecipe, LearningTask, TextFeatures } from '#app/sdk/ports.ts';
import { headInput, HeadBuilder } from '../learners/heads.ts';
import type { LearnerHead } from '../learners/types.ts';
import type { Learnt } from '../model/learn.ts';
import { renameTensors } from '../model/assemble.ts';

/** A fitted base of an ensemble. */
export type FittedBase = Pick<Learnt, 'fitted' | 'trained'>;

/** The features of all bases, each feature once, and which of them each base reads, in its order. */
export interface JoinedRecipe {
  readonly fitted: FittedRecipe;
  readonly columns: readonly (readonly number[])[];
}

/** One recipe that gives what every base needs: features that several bases compute alike are computed once. */
export function joinRecipes(bases: readonly FittedBase[]): JoinedRecipe {
  const inputs = new Map<string, Column>();
  const outputs: FeatureOutput[] = [];
  const texts = new Map<string, { readonly text: TextFeatures; readonly at: number }>();
  const categorical: NonNullable<FittedRecipe['categorical']>[number][] = [];
  const known = new Map<string, number>();
  const columns = bases.map(({ fitted }, base) => {
    for (const column of fitted.inputs) inputs.set(column.name, column);
    const textPlaces = (fitted.texts ?? []).map((text) => {
      const key = canonicalJson(text);
      const found = texts.get(key) ?? { text, at: texts.size };
      texts.set(key, found);
      return found.at;
    });
    return fitted.outputs.map((output) => {
      const { name } = output;
      const source = 'expr' in output ? { expr: output.expr } : { text: textPlaces[output.text] ?? 0, term: output.term };
      const codes = fitted.categorical?.find((one) => one.name === name);
      const key = canonicalJson([source, codes?.categories ?? null]);
      const at = known.get(key);
      if (at !== undefined) return at;
      const own = `${base + 1}/${name}`;
      known.set(key, outputs.length);
      outputs.push({ name: own, ...source });
      if (codes !== undefined) categorical.push({ name: own, categories: codes.categories });
      return outputs.length - 1;
    });
  });
  return { fitted: { inputs: [...inputs.values()], outputs, ...(texts.size === 0 ? {} : { texts: [...texts.values()].map(({ text }) => text) }), ...(categorical.length === 0 ? {} : { categorical }) }, columns };
}

interface BaseGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** What each base gives: float probabilities [rows, classes], or predictions [rows, 1]. */
  readonly given: readonly string[];
}

const along = (axis: number): NonNullable<OnnxNode['attributes']> => ({ axis: { kind: 'int', value: axis } });

/** The bases' heads side by side, each reading its own features of `headInput` [rows, all features]. */
function baseGraph(bases: readonly FittedBase[], { columns }: JoinedRecipe, task: LearningTask): BaseGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const given = bases.map(({ trained: { head } }, index) => {
    const prefix = `base${index + 1}/`;
    const own = columns[index] ?? [];
    const [places, features] = [`${prefix}columns`, `${prefix}features`];
    initializers.push({ name: places, type: 'int64', dims: [own.length], data: own });
    nodes.push({ op: 'Gather', inputs: [headInput, places], outputs: [features], attributes: along(1) });
    const renamed = renameTensors(head, (name) => (name === '' ? name : name === head.input ? features : `${prefix}${name}`));
    nodes.push(...renamed.nodes);
    initializers.push(...renamed.initializers);
    return `${prefix}${task === 'classification' ? 'probabilities' : 'prediction'}`;
  });
  return { nodes, initializers, given };
}

/** The weighted mean of the bases' probabilities or predictions. @param weights one a base, of any sum. @param classes 0 for regression. */
export function averageHead(bases: readonly FittedBase[], joined: JoinedRecipe, classes: number, weights: readonly number[]): LearnerHead {
  const graph = baseGraph(bases, joined, classes === 0 ? 'regression' : 'classification');
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const end = new HeadBuilder();
  const parts = graph.given.map((tensor, index) => end.op('Mul', [end.cast(tensor, 'double'), end.constant('double', [], [(weights[index] ?? 0) / sum])]));
  const mean = end.cast(end.op('Sum', parts), 'float');
  return withBases(graph, classes === 0 ? end.regression(mean) : end.classification(mean, classes, bases.some(({ fitted }) => fitted.texts?.some((text) => 'image' in text))));
}

/** A final head over the bases' predictions as `metaFeatures` orders them. */
export function stackedHead(bases: readonly FittedBase[], joined: JoinedRecipe, classes: number, final: LearnerHead): LearnerHead {
  const graph = baseGraph(bases, joined, classes === 0 ? 'regression' : 'classification');
  const nodes: OnnxNode[] = [...graph.nodes];
  const initializers: OnnxTensor[] = [...graph.initializers];
  let parts = graph.given;
  if (classes === 2) {
    initializers.push({ name: 'second', type: 'int64', dims: [1], data: [1] });
    parts = graph.given.map((tensor, index) => {
      const output = `base${index + 1}/second`;
      nodes.push({ op: 'Gather', inputs: [tensor, 'second'], outputs: [output], attributes: along(1) });
      return output;
    });
  }
  nodes.push({ op: 'Concat', inputs: parts, outputs: ['predictions'], attributes: along(1) });
  const outputs = new Set(final.outputs.map(({ name }) => name));
  const end = renameTensors(final, (name) => (name === '' || outputs.has(name) ? name : name === final.input ? 'predictions' : `final/${name}`));
  return withBases({ nodes, initializers, given: [] }, { ...final, ...end });
}

function withBases(graph: BaseGraph, end: LearnerHead): LearnerHead {
  return { input: headInput, outputs: end.outputs, nodes: [...graph.nodes, ...end.nodes], initializers: [...graph.initializers, ...end.initializers] };
}

import type { Column } from '#app/relation/types.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { modelMetadata } from '../bundle-server/answers.ts';
import { filledInputs, keyNames, type FeatureLookup } from './feature-lookup.ts';
import type { LoadedVersion } from './loaded-version.ts';

/** What a version takes, the keys of its feature views among it: these come first. */
export function describedSignature({ signature, features }: LoadedVersion, lookup: FeatureLookup): ModelSignature {
  const keys = new Map<string, Column>();
  for (const of of features) {
    const types = lookup.keys(of.view, of.version);
    for (const [i, name] of keyNames(of).entries()) {
      // A key of any type may be sent as text.
      if (!signature.inputs.some((input) => input.name === name)) keys.set(name, { name, type: types?.find((column) => column.name === of.key[i])?.type ?? 'string' });
    }
  }
  return keys.size === 0 ? signature : { ...signature, inputs: [...keys.values(), ...signature.inputs] };
}

/** A sentence for each feature view. */
export function featureNotes({ features }: LoadedVersion): string[] {
  return features.flatMap((of) => {
    const filled = filledInputs(of).map(({ input }) => input);
    return filled.length === 0 ? [] : [`Looked up in the feature view “${of.view}”, version ${of.version}, by ${keyNames(of).join(', ')} unless given: ${filled.join(', ')}.`];
  });
}

/** Metadata of the Open Inference Protocol; inputs that are looked up, and the keys, say so in their parameters. */
export function describedMetadata(name: string, loaded: LoadedVersion, lookup: FeatureLookup, versions: readonly string[]): unknown {
  const told = modelMetadata({ name, signature: describedSignature(loaded, lookup) }, versions) as { inputs: { name: string }[] };
  const { features } = loaded;
  if (features.length === 0) return told;
  const parameters = new Map<string, Readonly<Record<string, unknown>>>();
  for (const of of features) {
    const view = `${of.view}@${of.version}`;
    for (const key of keyNames(of)) parameters.set(key, { ...parameters.get(key), key_of: [...((parameters.get(key)?.['key_of'] as string[] | undefined) ?? []), view] });
    for (const { feature, input } of filledInputs(of)) parameters.set(input, { ...parameters.get(input), optional: true, feature: `${view}:${feature}` });
  }
  return { ...told, inputs: told.inputs.map((input) => ({ ...input, ...(parameters.has(input.name) ? { parameters: parameters.get(input.name) } : {}) })) };
}

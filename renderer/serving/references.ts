import type { ModelVersion } from '#app/protocol/schema.ts';
import { texts } from '../text/texts.ts';
import type { SelectItem } from '../ui/index.ts';

/** What can be served of a model: what its stage or an alias means, the newest, or one version. `also`: a reference that is chosen already. */
export function referencesOf(model: string, versions: readonly Pick<ModelVersion, 'name' | 'version' | 'aliases'>[], also?: string): SelectItem[] {
  const own = versions.filter(({ name }) => name === model);
  const aliases = [...new Set(own.flatMap((one) => one.aliases))].sort();
  const items = [
    { value: model, label: model, hint: texts.serving.dialog.production },
    ...aliases.map((alias) => ({ value: `${model}@${alias}`, label: `${model}@${alias}` })),
    { value: `${model}@latest`, label: `${model}@latest`, hint: texts.serving.dialog.latest },
    ...own.map(({ version }) => ({ value: `${model}@${version}`, label: `${model}@${version}` })),
  ];
  return also === undefined || items.some(({ value }) => value === also) ? items : [{ value: also, label: also }, ...items];
}

import type { IncomingMessage } from 'node:http';
import type { Predictions } from '#app/ml/serving/serving-model.ts';
import { recordsToColumns } from '#app/sdk/records.ts';
import type { ServerLimits } from '#app/core/serving.ts';
import { readProjectFile } from '#app/sealing/files.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { answersOf, recordsOf } from '../bundle-server/answers.ts';
import { RequestError } from '../bundle-server/request-error.ts';
import { json, parseJson, readBytes, type Reply } from '../bundle-server/requests.ts';
import { Explaining } from './explain-thread.ts';
import type { FeatureLookup } from './feature-lookup.ts';
import { fillRecords } from './filled-question.ts';
import type { LoadedVersion } from './loaded-version.ts';
import { requestId } from './requests.ts';

/** Explanations that wait for their turn at most, for one version. */
const mostWaiting = 8;

/**
 * `POST /explain/NAME`: what each column of a record did to its prediction. Exact for trees and weighted sums; else sampled, with standard
 * errors, for as long as `explainMs` allows. `{"records": […], "class": "yes"}` names the class; unless it does it is the second of two, of more the one that is
 * predicted for the first record.
 * @throws RequestError, PenstockError.
 */
export async function explainRecords(version: LoadedVersion, request: IncomingMessage, limits: ServerLimits, entry: URL, features: { readonly lookup: FeatureLookup; readonly model: string; readonly isRequired: boolean }): Promise<Reply> {
  const body = parseJson(await readBytes(request, limits.maxBody));
  const records = recordsOf((await fillRecords(body, { ...features, loaded: version, maxRows: limits.maxRows })).body);
  const { signature } = version;
  const columns = recordsToColumns(records, signature.inputs, signature.target.name);
  if (records.length > limits.explainRows) throw new RequestError(413, 'too-many-rows', `The request has ${records.length} records; at most ${limits.explainRows} are explained at once.`, { remedy: 'Send fewer at a time, or use the node SHAP for a table.' });
  if (version.explaining?.usable !== true) version.explaining = new Explaining(entry, { file: vaultOf(version.file) === null ? version.file : await readProjectFile(version.file), signature, golden: { rows: version.golden.rows, inputs: version.golden.inputs } });
  if (version.explaining.waiting >= mostWaiting) throw new RequestError(429, 'busy', `${mostWaiting} explanations are waiting already.`, { remedy: 'Try again in a moment.', headers: { 'retry-after': '2' } });
  const found = records.length === 0 ? { rows: 0 } : await version.model.score(columns, records.length);
  const cls = classOf(version, (body as { class?: unknown } | null)?.class, found);
  const explained = records.length === 0 ? null : await version.explaining.explain({ columns, rows: records.length, cls, ms: limits.explainMs });
  const answers = answersOf(signature, found);
  const names = signature.inputs.map(({ name }) => name);
  const byColumn = (values: readonly (number | null)[]): Record<string, number | null> => Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));
  return json({
    model: version.name,
    version: version.version,
    request_id: requestId(request, body),
    target: signature.target.name,
    ...(signature.classes === undefined ? {} : { class: signature.classes[cls] ?? null }),
    method: explained?.method ?? null,
    scale: explained?.scale ?? null,
    base: explained?.base ?? null,
    ...(explained?.samples === null || explained?.samples === undefined ? {} : { samples: explained.samples }),
    explanations: (explained?.records ?? []).map(({ values, errors, output }, row) => ({ ...(answers[row] as object), output, contributions: byColumn(values), ...(errors === null ? {} : { errors: byColumn(errors) }) })),
  });
}

/** @throws RequestError `unknown-class`. */
function classOf({ signature: { task, classes = [] } }: LoadedVersion, wanted: unknown, found: Predictions): number {
  if (task === 'regression') return 0;
  if (wanted === undefined || wanted === null) return classes.length === 2 ? 1 : (found.label?.[0] ?? 0);
  const place = classes.indexOf(String(wanted as string));
  if (place >= 0) return place;
  throw new RequestError(400, 'unknown-class', `The model has no class “${String(wanted as string).slice(0, 60)}”.`, { field: 'class', remedy: `Classes of this model: ${classes.slice(0, 20).join(', ')}.` });
}

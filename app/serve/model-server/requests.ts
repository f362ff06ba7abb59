import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PenstockError } from '#app/core/errors.ts';
import { recordsToColumns } from '#app/sdk/records.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import type { Predictions, RawColumns } from '#app/ml/serving/serving-model.ts';
import { answersOf, inferRequest, inferResponse, recordsOf, type InferRequest } from '../bundle-server/answers.ts';
import { RequestError } from '../bundle-server/request-error.ts';
import { json, parseJson, type Reply } from '../bundle-server/requests.ts';
import { binaryInferReply, isBinary, readBinaryBody } from './binary-tensors.ts';
import type { LoadedVersion } from './loaded-version.ts';

/** What a request asks, before it is known who answers. */
export interface Question {
  /** Of the caller, else a new one. */
  readonly id: string;
  readonly body: unknown;
}

/** A question read as rows of one version. */
export interface ReadQuestion {
  readonly columns: RawColumns;
  readonly rows: number;
  reply(version: LoadedVersion, found: Predictions): Reply;
}

export type Reader = (request: IncomingMessage, signature: ModelSignature, question: Question) => ReadQuestion;

const idPattern = /^[\w.:/@-]{1,128}$/;

/** The caller's own id where it gives one: it joins answers to what became of them. */
export function requestId(request: IncomingMessage, body: unknown): string {
  const header = request.headers['x-request-id'];
  if (typeof header === 'string' && idPattern.test(header)) return header;
  const given = (body as { id?: unknown } | null)?.id;
  return typeof given === 'string' && idPattern.test(given) ? given : randomUUID();
}

export const readJsonBody = (_request: IncomingMessage, bytes: Uint8Array): unknown => parseJson(bytes);

/** `POST /predict/NAME`. */
export const readRecords: Reader = (_request, signature, { id, body }) => {
  const records = recordsOf(body);
  const columns = recordsToColumns(records, signature.inputs, signature.target.name);
  return {
    columns,
    rows: records.length,
    reply: (version, found) => json({ model: version.name, version: version.version, request_id: id, target: signature.target.name, predictions: answersOf(signature, found) }),
  };
};

/** `POST /v2/models/NAME/infer`, as JSON or with binary tensors. */
export const readInfer: Reader = (request, signature, { body }) => {
  const asked: InferRequest = inferRequest(signature, body);
  return {
    columns: asked.columns as RawColumns,
    rows: asked.rows,
    reply(version, found) {
      const response = inferResponse({ name: version.name, signature }, asked, found, String(version.version));
      return isBinary(request, body) ? binaryInferReply(response, body) : json(response);
    },
  };
};

export function readInferBody(request: IncomingMessage, bytes: Uint8Array): unknown {
  const length = request.headers['inference-header-content-length'];
  return length === undefined ? parseJson(bytes) : readBinaryBody(bytes, String(length));
}

/** Key of the first record, where the canary goes by a column. */
export function keyOf({ body }: Question, column: string): string | null {
  const records: unknown = Array.isArray(body) ? body : (body as { records?: unknown } | null)?.records;
  if (Array.isArray(records)) {
    const value = (records[0] as Record<string, unknown> | null | undefined)?.[column];
    return value === undefined || value === null ? null : String(value as string);
  }
  const inputs = (body as { inputs?: unknown } | null)?.inputs;
  if (!Array.isArray(inputs)) return null;
  const tensor = inputs.find((one: unknown) => (one as { name?: unknown } | null)?.name === column) as { data?: unknown } | undefined;
  const value: unknown = Array.isArray(tensor?.data) ? (tensor.data as unknown[]).flat(Infinity)[0] : undefined;
  return value === undefined || value === null ? null : String(value as string);
}

/** The status that an error is answered with. */
export function statusOf(error: unknown): number {
  if (error instanceof RequestError) return error.status;
  return error instanceof PenstockError ? (serverFaults.has(error.code) ? 500 : 400) : 500;
}

/** Nothing that the caller could mend. */
const serverFaults = new Set(['scoring-failed', 'model-closed', 'model-output', 'worker-ended', 'worker-failed', 'out-of-memory', 'explain-failed', 'artifact-missing', 'model-unreadable']);

import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';

/** CycloneDX's own schema of version 1.6, for tests: of models' bills and of the app's. */
export function cycloneDxValidator(): ValidateFunction {
  const fixtures = path.resolve(import.meta.dirname, '../app/engine/trace/card/fixtures');
  const read = (name: string): object => z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path.join(fixtures, name), 'utf8')));
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
  ajv.addSchema(read('spdx.schema.json')).addSchema(read('jsf-0.82.schema.json'));
  return ajv.compile(read('bom-1.6.schema.json'));
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { builtModelServer, expectedYes, registerTestModel, testProject } from './testing.ts';

/** A Python with `tritonclient[http]`: PENSTOCK_TEST_OIP_PYTHON names one. */
const python = process.env['PENSTOCK_TEST_OIP_PYTHON'] ?? '';
const run = promisify(execFile);

const script = `
import json, sys
import numpy as np
import tritonclient.http as http
client = http.InferenceServerClient(sys.argv[1])
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("churn")
assert client.is_model_ready("churn", "1")
inputs = [i["name"] for i in client.get_model_metadata("churn")["inputs"]]
found = []
for binary in (True, False):
    plan = http.InferInput("plan", [2, 1], "BYTES")
    plan.set_data_from_numpy(np.array([["basic"], ["pro"]], dtype=object), binary_data=binary)
    age = http.InferInput("age", [2, 1], "FP64")
    age.set_data_from_numpy(np.array([[31.0], [55.0]]), binary_data=binary)
    answer = client.infer("churn", [plan, age], outputs=[http.InferRequestedOutput("probabilities", binary_data=binary)])
    found.append(answer.as_numpy("probabilities").tolist())
print(json.dumps({"inputs": inputs, "found": found}))
`;

it.skipIf(!existsSync(python))('answers Triton’s own client, with binary tensors and with JSON (needs PENSTOCK_TEST_OIP_PYTHON with tritonclient)', async () => {
  builtModelServer();
  const project = await testProject();
  try {
    await registerTestModel(project.store, 'churn', 0);
    const server = await project.start({ name: 'oip', models: [{ name: 'churn', reference: 'churn' }], log: { rate: 0 } });
    const { stdout } = await run(python, ['-c', script, new URL(server.url).host]);
    const told = JSON.parse(stdout) as { inputs: string[]; found: number[][][] };
    expect(told.inputs).toEqual(['plan', 'age']);
    for (const answer of told.found) {
      expect(answer[0]?.[1]).toBeCloseTo(expectedYes(0, { plan: 'basic', age: 31 }), 5);
      expect(answer[1]?.[1]).toBeCloseTo(expectedYes(0, { plan: 'pro', age: 55 }), 5);
    }
  } finally {
    await project.close();
  }
}, 120_000);

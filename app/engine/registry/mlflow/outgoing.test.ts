import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { MlflowClient } from './client.ts';

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));
const signal = new AbortController().signal;

async function listen(location: string | null): Promise<{ url: string; requests: (string | undefined)[] }> {
  const requests: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.authorization);
    response.writeHead(location === null ? 200 : 307, location === null ? {} : { location }).end('3.0.0');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

it('an MLflow server’s address cannot be that of the cloud’s credentials', async () => {
  for (const host of ['169.254.169.254', 'metadata.google.internal', '[::ffff:a9fe:a9fe]']) {
    const client = new MlflowClient({ url: `http://${host}`, user: '', secret: 'token' }, signal);
    await expect(client.version()).rejects.toMatchObject({ code: 'address-refused' });
  }
});

it('an MLflow server that points elsewhere is not followed, and the token stays here', async () => {
  const thief = await listen(null);
  const server = await listen(`${thief.url}/version`);
  const client = new MlflowClient({ url: server.url, user: '', secret: 'token' }, signal);
  await expect(client.version()).rejects.toMatchObject({ code: expect.stringMatching(/^mlflow-/) });
  await expect(client.upload('mlflow-artifacts:/1/model.onnx', new Uint8Array(10))).rejects.toMatchObject({ code: 'mlflow-redirect' });
  expect(server.requests).toEqual(['Bearer token', 'Bearer token']);
  expect(thief.requests).toEqual([]);
});

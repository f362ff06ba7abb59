import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toDiagnostic } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';
import { findPython } from '#app/scripting/index.ts';
import { runtimeProblem } from './runtime-check.ts';
import type { Engine } from './engine.ts';

export interface DoctorCheck {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'missing';
  readonly detail: string;
}

const littleSpace = 2_000_000_000;

/** What works on this machine and what does not, each in one line. Changes nothing. */
export async function doctor(engine: Engine): Promise<DoctorCheck[]> {
  const node = process.versions.node;
  const problem = runtimeProblem(node);
  const checks: DoctorCheck[] = [
    { name: 'Node', status: problem === null ? 'ok' : 'warning', detail: problem ?? `Node ${node}, ${process.platform} ${process.arch}` },
    { name: 'Processor and memory', status: 'ok', detail: `${os.availableParallelism()} cores, ${formatBytes(os.totalmem())}, ${formatBytes(os.freemem())} free` },
    await attempt('Project folder', async () => {
      if (engine.readOnly) {
        const pid = engine.store.writerPid;
        return ['warning', `${engine.projectDir} is open for reading only${pid === null ? '' : `: process ${pid} writes to it`}`];
      }
      await access(engine.projectDir, constants.R_OK | constants.W_OK);
      return ['ok', engine.projectDir];
    }),
    await space('Space for the project', engine.projectDir),
    await space('Space for temporary files', os.tmpdir()),
    await attempt('Tables (DuckDB)', async () => {
      await engine.database.parseExpression('1 + 1');
      return ['ok', 'answers'];
    }),
    await attempt('Store (SQLite)', async () => {
      const [last] = engine.store.records.list({ limit: 1 });
      return last?.damaged === undefined ? ['ok', 'answers'] : ['warning', `${last.damaged.message} ${last.damaged.remedy ?? ''}`.trim()];
    }),
    { name: 'Node types', status: engine.catalogue.size > 0 ? 'ok' : 'missing', detail: `${engine.catalogue.size}` },
    await python(),
    { name: 'Sample data', ...present(path.join(engine.resourcesDir, 'samples', 'datasets')) },
  ];
  return [...checks, ...(await engine.models.backends())];
}

/** Only Python Scripts need one: without it the rest works. */
async function python(): Promise<DoctorCheck> {
  const name = 'Python for scripts';
  try {
    const { program, version, pandas } = await findPython('');
    return { name, status: 'ok', detail: `${program}: Python ${version}, pandas ${pandas}` };
  } catch (error) {
    const { message, remedy } = toDiagnostic(error);
    return { name, status: 'warning', detail: `${message} ${remedy ?? ''}`.trim() };
  }
}

function present(file: string): Pick<DoctorCheck, 'status' | 'detail'> {
  return existsSync(file) ? { status: 'ok', detail: file } : { status: 'missing', detail: `${file} does not exist` };
}

async function space(name: string, folder: string): Promise<DoctorCheck> {
  return attempt(name, async () => {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return [free < littleSpace ? 'warning' : 'ok', `${formatBytes(free)} free at ${folder}`];
  });
}

async function attempt(name: string, work: () => Promise<[DoctorCheck['status'], string]>): Promise<DoctorCheck> {
  try {
    const [status, detail] = await work();
    return { name, status, detail };
  } catch (error) {
    return { name, status: 'missing', detail: toDiagnostic(error).message };
  }
}

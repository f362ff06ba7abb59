import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';
import { gpuFolder, gpuPackage, probeBackend, tensorflowProbes } from '#app/ml/index.ts';

/** What would be downloaded. */
export interface GpuPlan {
  readonly package: string;
  readonly folder: string;
  /** TensorFlow's own library, which the package fetches. */
  readonly library: string;
  /** Of the library, packed; null where the server does not say. */
  readonly bytes: number | null;
}

/** The machine as the installation sees it; tests give another one. */
export interface GpuMachine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly env: NodeJS.ProcessEnv;
  /** The program that installs packages. */
  readonly npm: string;
  hasDriver(): boolean;
  /** Length of what lies at an address, without fetching it. Rejects where it cannot be reached. */
  lengthOf(url: string, signal: AbortSignal): Promise<number | null>;
}

export const thisMachine: GpuMachine = {
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  npm: 'npm',
  hasDriver: () => (process.platform === 'win32' ? existsSync(path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'nvcuda.dll')) : existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl')),
  async lengthOf(url, signal) {
    const answer = await fetch(url, { method: 'HEAD', signal });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    const length = Number(answer.headers.get('content-length'));
    return length > 0 ? length : null;
  },
};

/** Of TensorFlow's library, as the package asks for it. */
const libraryVersion = '2.9.1';
/** How long, in milliseconds, a server has to say how large the library is. */
const patience = 20_000;

const otherwise = 'Networks train without it: on the processor, or on any GPU with ONNX Runtime (“Trains on”).';

function fault(code: string, message: string, remedy: string, cause?: unknown): PenstockError {
  return new PenstockError(code, message, { remedy: `${remedy} ${otherwise}`, ...(cause === undefined ? {} : { cause }) });
}

function libraryUrl({ platform, env }: GpuMachine): string {
  const host = env['TFJS_NODE_CDN_STORAGE'] ?? env['CDN_STORAGE'] ?? 'https://storage.googleapis.com/';
  const base = env['TFJS_NODE_BASE_URI'] ?? `${host}tensorflow/libtensorflow/libtensorflow-`;
  return `${base}gpu-${platform === 'win32' ? 'windows' : 'linux'}-x86_64-${libraryVersion}.${platform === 'win32' ? 'zip' : 'tar.gz'}`;
}

/**
 * What installing TensorFlow.js for the GPU would download, once it is sure that it can be of use here. Changes nothing.
 * @throws PenstockError `gpu-platform`, `gpu-no-driver`, `gpu-no-npm`, `gpu-no-network`; CancelledError.
 */
export async function planGpuInstall(signal: AbortSignal, machine: GpuMachine = thisMachine): Promise<GpuPlan> {
  const { platform, arch, env, npm } = machine;
  if ((platform !== 'linux' && platform !== 'win32') || arch !== 'x64') throw fault('gpu-platform', `TensorFlow.js for the GPU exists for Linux and Windows on x64 processors; this is ${platform} on ${arch}.`, 'It cannot be installed here.');
  if (!machine.hasDriver()) throw fault('gpu-no-driver', 'There is no NVIDIA driver on this machine, which TensorFlow.js for the GPU needs, with CUDA 11 and cuDNN 8.', 'Install them first, if the machine has an NVIDIA card.');
  const { code } = await npmRun(npm, ['--version'], process.cwd(), env, signal, () => undefined);
  if (code !== 0) throw fault('gpu-no-npm', 'npm, which installs the package, cannot be run.', 'Install Node.js with npm from nodejs.org.');
  const library = libraryUrl(machine);
  try {
    const bytes = await machine.lengthOf(library, AbortSignal.any([signal, AbortSignal.timeout(patience)]));
    return { package: `${gpuPackage.name}@${gpuPackage.version}`, folder: gpuFolder(env, platform), library, bytes };
  } catch (cause) {
    if (signal.aborted) throw new CancelledError();
    throw fault('gpu-no-network', `TensorFlow's library cannot be had from ${new URL(library).host} (${cause instanceof Error ? cause.message : String(cause)}).`, 'Try again with a network connection, or name a mirror in TFJS_NODE_CDN_STORAGE.', cause);
  }
}

/** The plan in sentences. */
export function describeGpuPlan({ package: name, folder, library, bytes }: GpuPlan): string {
  return `This downloads ${name} from the npm registry and TensorFlow's library from ${new URL(library).host}, ${bytes === null ? 'several hundred MB (the server does not say how much)' : formatBytes(bytes)} packed and more once unpacked, into ${folder}.`;
}

/**
 * Installs TensorFlow.js for the GPU into the user's own folder, and tries it in a process of its own. What is half installed is removed.
 * @param say gets npm's lines as they come.
 * @throws PenstockError `gpu-install-failed`, `gpu-unusable`; CancelledError.
 */
export async function installGpu(plan: GpuPlan, say: (line: string) => void, signal: AbortSignal, machine: GpuMachine = thisMachine): Promise<string> {
  await mkdir(plan.folder, { recursive: true });
  // Its install script is what fetches the library; npm asks for leave by name.
  await writeFile(path.join(plan.folder, 'package.json'), `${JSON.stringify({ name: 'penstock-tensorflow-gpu', private: true, allowScripts: { [gpuPackage.name]: true } }, null, 2)}\n`);
  const { code, lines } = await npmRun(machine.npm, ['install', '--no-audit', '--no-fund', '--ignore-scripts=false', plan.package], plan.folder, machine.env, signal, say);
  if (code !== 0 || signal.aborted) {
    await rm(path.join(plan.folder, 'node_modules'), { recursive: true, force: true });
    if (signal.aborted) throw new CancelledError();
    const last = lines.findLast((line) => /ERR!|error/i.test(line)) ?? lines.at(-1) ?? `npm ended with ${code}`;
    throw fault('gpu-install-failed', `npm could not install ${plan.package}: ${last.replace(/^npm (ERR!|error) */i, '').slice(0, 300)}`, 'Look at what npm says above; nothing of it was kept.');
  }
  const { usable, detail } = await probeBackend(tensorflowProbes.gpu);
  if (!usable) throw fault('gpu-unusable', `TensorFlow.js for the GPU is installed, but does not work here: ${detail}`, 'Check that the NVIDIA driver, CUDA 11 and cuDNN 8 are installed and on the library path; “penstock doctor” tries again.');
  return detail;
}

interface NpmEnd {
  /** Null where npm is not there. */
  readonly code: number | null;
  readonly lines: readonly string[];
}

function npmRun(npm: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, signal: AbortSignal, say: (line: string) => void): Promise<NpmEnd> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    // On Windows npm is a script, which only a shell starts; no argument comes from outside.
    const child = spawn(npm, args, { cwd, env, signal, shell: process.platform === 'win32', stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const hear = (chunk: Uint8Array): void => {
      for (const line of new TextDecoder().decode(chunk).split(/\r?\n/).filter((text) => text.trim() !== '')) {
        lines.push(line);
        say(line);
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', () => resolve({ code: null, lines }));
    child.on('close', (code) => resolve({ code, lines }));
  });
}

import type { Command } from 'commander';
import { describeGpuPlan, installGpu, planGpuInstall } from '#app/engine/index.ts';
import { exitCodes, type Terminal } from './terminal.ts';

/** `penstock gpu …` */
export function gpuCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const gpu = program.command('gpu').description('TensorFlow.js on an NVIDIA GPU, for networks whose backend is TensorFlow.js');
  gpu
    .command('install')
    .description('say what would be downloaded, and with --yes download it into your own data folder')
    .option('--yes', 'download and install')
    .action((options: { yes?: boolean }) => done(installCommand(options, terminal)));
}

/** `penstock gpu install`. @throws PenstockError of `planGpuInstall` and `installGpu`. */
async function installCommand({ yes }: { readonly yes?: boolean }, terminal: Terminal): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  try {
    const plan = await planGpuInstall(controller.signal);
    terminal.out(`${describeGpuPlan(plan)}\n`);
    if (yes !== true) {
      terminal.out('Nothing was installed. To go on: penstock gpu install --yes\n');
      return exitCodes.ok;
    }
    const detail = await installGpu(plan, (line) => terminal.error(`${line}\n`), controller.signal);
    terminal.out(`Installed. ${detail}\n`);
    return exitCodes.ok;
  } finally {
    process.off('SIGINT', stop);
  }
}

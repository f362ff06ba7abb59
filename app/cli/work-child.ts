import { runProgram } from './program.ts';

/** `penstock work` in a process of its own, for the test that ends it by a signal. */
export async function run({ project }: { readonly project: string }): Promise<never> {
  const code = await runProgram(['work', '--project', project, '--webhooks', '0'], { out: (text) => process.stdout.write(text), error: (text) => process.stderr.write(text), isTty: false });
  process.exit(code);
}

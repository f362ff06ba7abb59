import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { openTestEngine } from '#app/engine/testing.ts';
import { readers } from './readers/index.ts';
import { Silent } from './readers/reader.ts';
import type { Answer, Question } from './supervise.ts';

/** A sentence for people has no stack, no second line, and does not end in the middle. */
const isSentence = (text: string): boolean => /^\S[^\n]*[.!?…]["”’)]?$/.test(text) && text.length < 1000 && !/\bat .+:\d+:\d+/.test(text);

/** Started by `supervise.ts`: reads one file after another in a process that may die of it. */
export async function run({ project }: { readonly project: string }): Promise<never> {
  const test = await openTestEngine({ projectDir: project });
  const folder = path.join(project, 'input');
  await mkdir(folder, { recursive: true });

  async function answer({ id, reader: name, file }: Question): Promise<Answer> {
    const reader = readers.find((one) => one.name === name);
    if (reader === undefined) throw new Error(`there is no reader “${name}”`);
    const before = process.resourceUsage().maxRSS;
    const grown = (): number => Math.max(0, process.resourceUsage().maxRSS - before) * 1024;
    try {
      await reader.read(file, { test, folder });
      return { id, kind: 'read', grown: grown() };
    } catch (error) {
      if (error instanceof Silent) return { id, kind: 'silent', message: error.message, grown: grown() };
      if (!(error instanceof PenstockError)) return { id, kind: 'fault', message: error instanceof Error ? `${error.name}: ${error.stack ?? error.message}` : String(error), grown: grown() };
      const { code, message, remedy, place } = error;
      if (!isSentence(message)) return { id, kind: 'fault', message: `[${code}] is no sentence: ${message}`, grown: grown() };
      if (remedy === undefined || remedy === '') return { id, kind: 'fault', message: `[${code}] says not what to do: ${message}`, grown: grown() };
      const named = path.basename(file);
      if (reader.namesFile && !message.includes(named) && !(place?.file ?? '').includes(path.basename(file, reader.extension)) && !(place?.file ?? '').includes('input')) return { id, kind: 'fault', message: `[${code}] names no file: ${message}`, grown: grown() };
      return { id, kind: 'refused', code, message, grown: grown() };
    }
  }

  process.on('message', (question: Question) => void answer(question).then((one) => process.send?.(one)));
  process.on('unhandledRejection', (error) => {
    process.send?.({ id: -1, kind: 'fault', message: `unhandled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, grown: 0 } satisfies Answer);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ id: 0, kind: 'read', grown: 0 } satisfies Answer);
  return new Promise(() => undefined);
}

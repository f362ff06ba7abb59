import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runProgram } from './program.ts';
import { processTerminal, withoutCommands } from './terminal.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-hostile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Clears the screen, sets the title, writes to the clipboard, hides what follows, turns the writing round. */
const evil = 'Orders\u001b[2J\u001b]0;owned\u0007\u001b]52;c;cm0gLXJmIH4=\u0007\u001b[8m\u009b31m\r0 problems\u202e';

describe('what the command line shows of other people’s text', () => {
  it('holds nothing that a terminal would obey, in results and in errors', async () => {
    mkdirSync(path.join(root, 'pipelines'));
    const file = path.join(root, 'pipelines', 'a.pipeline.json');
    writeFileSync(path.join(root, 'evil.csv'), `${evil.replace('\r', '')},b\n1,2\n`);
    writeFileSync(file, serialiseDocument({ ...emptyDocument('a', evil), nodes: [{ id: 'read', type: 'data/csv-reader', version: 1, title: evil, params: { path: 'evil.csv' } }, { id: 'keep', type: 'transform/filter-rows', version: 1, title: `${evil}2`, params: { expression: evil } }, { id: 'odd', type: `transform/${evil}`, version: 1, params: {} }], edges: [{ id: 'e', from: { node: 'read', port: 'table' }, to: { node: 'keep', port: 'table' } }] }));
    let shown = '';
    const terminal = processTerminal({ isTTY: true, write: (text) => (shown += text) }, { isTTY: false, write: (text) => (shown += text) });
    for (const args of [['describe', file], ['validate', file], ['run', file], ['run', file, '--to', evil], ['score', evil, evil]]) await runProgram(args, terminal);
    expect(shown).toContain('Orders\\u001b[2J');
    expect([...shown].filter((letter) => letter !== '\n' && letter !== '\t' && /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.test(letter))).toEqual([]);
  });

  it('stays the same bytes in a file or another program, and valid JSON on a screen', () => {
    let piped = '';
    processTerminal({ isTTY: false, write: (text) => (piped += text) }, { write: () => true }).out(evil);
    expect(piped).toBe(evil);
    const json = JSON.stringify({ a: `x\u009by\u007f${evil}` });
    expect(JSON.parse(withoutCommands(json))).toEqual(JSON.parse(json));
    expect(withoutCommands('a\r\nb\tc ü 売 🙂\n')).toBe('a\r\nb\tc ü 売 🙂\n');
  });
});

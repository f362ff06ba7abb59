import { CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { javascriptLanguage } from '@codemirror/lang-javascript';
import { pythonLanguage } from '@codemirror/lang-python';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { reportedMarks, scriptCompletion, syntaxMarks, type CodeLanguage } from './code-completion.ts';

const columns = [{ name: 'city name', type: 'string' }, { name: 'amount', type: 'float' }] as const;
const grammars = { javascript: javascriptLanguage, python: pythonLanguage };

function stateOf(language: CodeLanguage, text: string): EditorState {
  const state = EditorState.create({ doc: text, extensions: grammars[language] });
  ensureSyntaxTree(state, text.length, 5000);
  return state;
}

/** Completion at the bar in the text. */
function at(language: CodeLanguage, marked: string): { from: number; labels: string[]; applied: (label: string) => unknown } | null {
  const pos = marked.indexOf('¦');
  const context = new CompletionContext(stateOf(language, marked.replace('¦', '')), pos, false);
  const result = scriptCompletion(language, () => columns)(context) as CompletionResult | null;
  return result === null ? null : { from: result.from, labels: result.options.map(({ label }) => label), applied: (label) => result.options.find((one) => one.label === label)?.apply };
}

describe('completion in a script', () => {
  it.each(['javascript', 'python'] as const)('offers only the columns inside quotes (%s)', (language) => {
    expect(at(language, `df['am¦']`)).toMatchObject({ from: 4, labels: ['city name', 'amount'] });
    expect(at(language, `df["¦"]`)?.from).toBe(4);
  });

  it('writes a column as it is read', () => {
    const found = at('javascript', 'return ci¦');
    expect(found?.applied('city name')).toBe('df["city name"]');
    expect(found?.labels).toEqual(expect.arrayContaining(['df', 'dfd', 'params']));
  });

  it('knows the members of frames and of the library', () => {
    expect(at('javascript', 'df.gro¦')?.labels).toContain('groupby');
    expect(at('javascript', 'dfs[1].so¦')?.labels).toContain('sortValues');
    expect(at('javascript', 'dfd.mer¦')?.labels).toContain('merge');
    expect(at('python', 'pd.to_d¦')?.labels).toContain('to_datetime');
    expect(at('python', 'df.group¦')?.labels).toContain('groupby');
    expect(at('python', 'other.x¦')).toBeNull();
  });
});

describe('marks', () => {
  it('stand where the code cannot be read, and nowhere in a body with return and await', () => {
    expect(syntaxMarks(stateOf('javascript', `const a = await f();\nreturn df;`))).toEqual([]);
    expect(syntaxMarks(stateOf('python', `result = df[df["a"] > 1]\nreturn result`))).toEqual([]);
    const [mark] = syntaxMarks(stateOf('javascript', 'return df\nconst = 3;'));
    expect(mark?.from).toBeGreaterThanOrEqual(10);
    expect(syntaxMarks(stateOf('python', 'result = (1,\n')).length).toBeGreaterThan(0);
  });

  it('of a run lie at its place, within the text', () => {
    const diagnostic = { severity: 'error', code: 'script-error', message: 'Line 1: no.', remedy: 'Yes.', place: { param: ['code'], span: { start: 3, end: 99 } } } as const;
    expect(reportedMarks([diagnostic], 10)).toEqual([{ from: 3, to: 10, severity: 'error', message: 'Line 1: no. Yes.' }]);
  });
});

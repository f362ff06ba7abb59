// @vitest-environment jsdom
import { beforeAll, describe, expect, it, vi } from 'vitest';

let answerInLanguage: (answer: unknown) => unknown;

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: (key: string) => (key === 'penstock.language' ? 'de' : null) });
  ({ answerInLanguage } = await import('./in-language.ts'));
});

const diagnostic = { severity: 'error', code: 'x', message: 'There is no expression yet.', remedy: 'Choose a column.', place: { nodeId: 'n', param: ['message'] } };
const german = { ...diagnostic, message: 'Es gibt noch keinen Ausdruck.', remedy: 'Eine Spalte wählen.' };

describe('answers of the engine in German', () => {
  it('say diagnostics, reasons and words wherever they are', () => {
    expect(answerInLanguage({ nodes: [{ id: 'n', diagnostics: [diagnostic], reason: 'It has not been run before.' }], freshness: { n: { state: 'stale', reasons: ['upstream *CSV Reader* changed'] } } })).toEqual({
      nodes: [{ id: 'n', diagnostics: [german], reason: 'War noch nie gelaufen.' }],
      freshness: { n: { state: 'stale', reasons: ['*CSV lesen* davor hat sich geändert'] } },
    });
    expect(answerInLanguage({ ...diagnostic, fix: { title: 'filter the training rows only', command: { type: 'batch' } } })).toMatchObject({ fix: { title: 'nur die Trainingszeilen filtern', command: { type: 'batch' } } });
  });

  it('leave what people wrote and what is data', () => {
    const answer = { document: { nodes: [{ comment: 'Choose a column.', message: 'Choose a column.' }] }, params: { reason: 'Choose a column.' }, title: 'Choose a column.', commit: { message: 'Choose a column.' }, bytes: new Uint8Array([1]), at: null };
    expect(answerInLanguage(answer)).toEqual(answer);
  });

  it('say what the engine worded in reports, and keep names and data of theirs', () => {
    const chart = { title: 'ROC curve', x: { title: 'false positive rate' }, y: { title: 'Rows', column: { name: 'Rows', type: 'integer' } }, series: [{ name: 'chance', x: [0], y: [1] }], note: 'Higher is better.' };
    expect(answerInLanguage({ value: { kind: 'report', report: { title: 'Confusion matrix of Rows', blocks: [{ type: 'chart', chart }, { type: 'table', columns: [{ name: 'true class' }], rows: [['true class']] }] } } })).toEqual({
      value: {
        kind: 'report',
        report: {
          title: 'Konfusionsmatrix von Rows',
          blocks: [
            { type: 'chart', chart: { ...chart, title: 'ROC-Kurve', x: { title: 'Falsch-positiv-Rate' }, series: [{ name: 'Zufall', x: [0], y: [1] }], note: 'Höher ist besser.' } },
            { type: 'table', columns: [{ name: 'wahre Klasse' }], rows: [['true class']] },
          ],
        },
      },
    });
  });

  it('say the items of a stream, and end it where it is left', async () => {
    let ended = false;
    async function* events(): AsyncGenerator<unknown> {
      try {
        yield { type: 'log', level: 'info', message: 'There is no expression yet.' };
        yield { type: 'status' };
      } finally {
        ended = true;
      }
    }
    const said: unknown[] = [];
    for await (const item of answerInLanguage(events()) as AsyncIterable<unknown>) {
      said.push(item);
      break;
    }
    expect(said).toEqual([{ type: 'log', level: 'info', message: 'Es gibt noch keinen Ausdruck.' }]);
    expect(ended).toBe(true);
  });
});

describe('what was said', () => {
  it('leads back to the engine’s own sentence', async () => {
    const { original, told } = await import('../text/told.ts');
    const sentence = 'There is no column “agee”. Did you mean “age”?';
    expect(told(sentence)).toBe('Es gibt keine Spalte „agee“. War „age“ gemeint?');
    expect(original(told(sentence))).toBe(sentence);
    expect(original('never said')).toBe('never said');
  });
});

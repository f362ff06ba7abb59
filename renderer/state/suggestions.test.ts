import { beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';

vi.mock('../rpc/client.ts', () => ({ client: {}, diagnosticOf: (error: unknown) => ({ severity: 'error', code: 'x', message: String(error) }), isGivenUp: () => false, follow: () => undefined }));

const { edit, redo, showDocument, undo, usePipeline } = await import('./pipeline.ts');
const { useConfiguration } = await import('./configuration.ts');
const { noteJoin, startSuggestions } = await import('./suggestions.ts');

startSuggestions();

function suggest(params: Record<string, unknown>): void {
  useConfiguration.setState({ document: usePipeline.getState().document, suggestions: { train: params } });
}

function build(): void {
  const document = emptyDocument('p', 'P');
  document.nodes.push({ id: 'read', type: 'data/csv-reader', version: 1, params: {} });
  document.layout['read'] = { x: 0, y: 0 };
  showDocument(document);
  edit({ type: 'add', nodes: [{ id: 'train', type: 'train/neural-network', version: 1, params: {} }], layout: { train: { x: 300, y: 0 } } } as never);
  noteJoin('train', 'g');
  edit({ type: 'connect', edge: { id: 'e', from: { node: 'read', port: 'table' }, to: { node: 'train', port: 'table' } } } as never);
}

const paramsOfTrain = (): unknown => usePipeline.getState().document?.nodes.find((node) => node.id === 'train')?.params;

describe('suggested params', () => {
  beforeEach(build);

  it('are filled in once a new node is connected', () => {
    suggest({ target: 'species' });
    expect(paramsOfTrain()).toEqual({ target: 'species' });
  });

  it('never end a redo', () => {
    edit({ type: 'set-params', nodeId: 'train', params: { target: 'sex' } });
    undo();
    suggest({ target: 'species' });
    expect(paramsOfTrain()).toEqual({});
    expect(usePipeline.getState().redoLabel).not.toBeNull();
    redo();
    expect(paramsOfTrain()).toEqual({ target: 'sex' });
  });
});

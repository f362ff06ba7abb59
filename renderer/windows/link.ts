import { z } from 'zod';
import type { Command } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Bounds, TornView } from '../dock/memory.ts';
import type { EditOptions } from '../state/pipeline.ts';
import type { TracedColumn, TracedRow } from '../state/lineage.ts';
import type { Slice } from '../state/slices.ts';

/**
 * What the main window and the windows of single views say to one another. Both sides are this page, of one build and one origin, so
 * the parts of a message are not checked again; only that it is one of ours.
 */
export type Message =
  /** The main window is here, or here again. */
  | { readonly type: 'main' }
  /** It goes; whoever hears nothing of it soon closes. */
  | { readonly type: 'leaving' }
  /** A view asks for what there is. */
  | { readonly type: 'hello'; readonly id: string }
  | { readonly type: 'document'; readonly path: string; readonly document: PipelineDocument }
  | { readonly type: 'run'; readonly runId: string; readonly document: PipelineDocument }
  | { readonly type: 'slices'; readonly path: string; readonly slices: Readonly<Record<string, Slice>> }
  /** From a view: the edit is made where the pipeline is open. */
  | { readonly type: 'edit'; readonly path: string; readonly command: Command; readonly options: EditOptions }
  | { readonly type: 'select'; readonly path: string; readonly nodes: readonly string[] }
  | { readonly type: 'trace'; readonly path: string; readonly column: TracedColumn | null; readonly row: TracedRow | null }
  | { readonly type: 'port'; readonly id: string; readonly port: string }
  | { readonly type: 'bounds'; readonly id: string; readonly bounds: Bounds }
  /** Back into the main window. The view goes along: that its window is closed may be heard first. */
  | { readonly type: 'dock'; readonly view: TornView }
  | { readonly type: 'closed'; readonly id: string };

const messageTypes = ['main', 'leaving', 'hello', 'document', 'run', 'slices', 'edit', 'select', 'trace', 'port', 'bounds', 'dock', 'closed'] as const satisfies readonly Message['type'][];
const envelope = z.looseObject({ type: z.enum(messageTypes) });

export interface Link {
  post(message: Message): void;
  close(): void;
}

/** @param owner names the main window, so that two of them in one browser do not mix up their views. */
export function openLink(owner: string, onMessage: (message: Message) => void): Link {
  const channel = new BroadcastChannel(`penstock.views ${owner}`);
  channel.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (envelope.safeParse(event.data).success) onMessage(event.data as Message);
  });
  // A channel goes to this origin only; the rule means windows.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}

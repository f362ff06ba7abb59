import { create } from 'zustand';
import { z } from 'zod';

/** What is remembered of the windows, per project: the layout of the dock and the views in windows of their own. */

const boundsSchema = z.object({ x: z.number().int(), y: z.number().int(), width: z.number().int().min(200).max(20_000), height: z.number().int().min(150).max(20_000) });

/** Place and size of a window on the screen, in its pixels. */
export type Bounds = Readonly<z.infer<typeof boundsSchema>>;

const tornSchema = z.object({
  id: z.string(),
  kind: z.enum(['table', 'charts', 'log', 'problems']),
  pin: z.object({ path: z.string(), pipeline: z.string(), node: z.string(), title: z.string(), port: z.string().nullable() }),
  bounds: boundsSchema.nullable(),
});

/** A view in a window of its own. */
export type TornView = Readonly<z.infer<typeof tornSchema>>;

interface Memory {
  /** Folder of the open project: the last one until the engine has said which. */
  readonly project: string;
  /** As it was stored; null for none. */
  readonly layout: unknown;
  readonly torn: readonly TornView[];
}

const projectKey = 'penstock.project';
const keyOf = (project: string): string => `penstock.windows ${project}`;

function stored(project: string): Memory {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(project)) ?? 'null');
    const record = z.object({ layout: z.unknown(), torn: z.array(z.unknown()).catch([]) }).safeParse(value);
    if (!record.success) return { project, layout: null, torn: [] };
    const torn = record.data.torn.flatMap((one) => tornSchema.safeParse(one).data ?? []);
    return { project, layout: record.data.layout, torn };
  } catch {
    return { project, layout: null, torn: [] };
  }
}

export const useMemory = create<Memory>(() => (typeof localStorage === 'undefined' ? { project: '', layout: null, torn: [] } : stored(localStorage.getItem(projectKey) ?? '')));

/** The engine has said which project is open; another one's windows come from its own memory. */
export function rememberProject(project: string): void {
  if (useMemory.getState().project === project) return;
  localStorage.setItem(projectKey, project);
  useMemory.setState(stored(project));
}

export function rememberLayout(layout: unknown): void {
  useMemory.setState({ layout });
  write();
}

export function rememberTorn(change: (torn: readonly TornView[]) => readonly TornView[]): void {
  useMemory.setState((state) => ({ torn: change(state.torn) }));
  write();
}

function write(): void {
  const { project, layout, torn } = useMemory.getState();
  try {
    localStorage.setItem(keyOf(project), JSON.stringify({ layout, torn }));
  } catch {
    // A full storage costs only what would have been remembered.
  }
}

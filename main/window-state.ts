import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isLanguage, type Language } from './words.ts';

export interface DesktopState {
  readonly bounds: { width: number; height: number; x?: number; y?: number };
  readonly project: string | null;
  /** What the page speaks; null before it first said so. */
  readonly language: Language | null;
}

const initial: DesktopState = { bounds: { width: 1440, height: 900 }, project: null, language: null };

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 400 && value <= 20_000;
}

/** Window size and last project; anything unreadable gives the initial state, never an error. */
export function readDesktopState(folder: string): DesktopState {
  try {
    const raw = JSON.parse(readFileSync(path.join(folder, 'desktop.json'), 'utf8')) as {
      bounds?: Record<string, unknown>;
      project?: unknown;
      language?: unknown;
    };
    const { width, height, x, y } = raw.bounds ?? {};
    return {
      bounds:
        isSize(width) && isSize(height)
          ? { width, height, ...(Number.isInteger(x) && Number.isInteger(y) ? { x: x as number, y: y as number } : {}) }
          : initial.bounds,
      project: typeof raw.project === 'string' ? raw.project : null,
      language: isLanguage(raw.language) ? raw.language : null,
    };
  } catch {
    return initial;
  }
}

export function writeDesktopState(folder: string, state: DesktopState): void {
  try {
    writeFileSync(path.join(folder, 'desktop.json'), JSON.stringify(state, null, 2));
  } catch {
    // A full or read-only disk costs only the remembered window size.
  }
}

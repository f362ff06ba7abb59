import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { toDiagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { OnlineFeatures, type FeatureCell, type ModelFeatures } from '#app/store/index.ts';
import { RequestError } from '../bundle-server/request-error.ts';
import type { LoadedVersion } from './loaded-version.ts';
import type { FeatureMiss } from './metrics.ts';

export interface FeatureLookupOptions {
  readonly projectDir: string;
  readonly warn: (message: string) => void;
  readonly counted: (model: string, view: string, version: number, miss: FeatureMiss | null, ageMs: number | null) => void;
}

/** Rows that are looked up before other requests have a turn: some milliseconds. */
const rowsAtOnce = 100;

/** Rows of a request as they are filled, in whatever form it came. */
export interface FillableRows {
  readonly rows: number;
  /** Undefined: not given, which null is not. */
  given(name: string, row: number): unknown;
  put(input: string, row: number, value: FeatureCell): void;
}

/** What a request calls the key columns of a view. */
export const keyNames = ({ key, keyAs }: ModelFeatures): readonly string[] => key.map((column) => keyAs?.[column] ?? column);

/** The inputs that a view fills, by feature. */
export const filledInputs = ({ columns, as }: ModelFeatures): readonly { readonly feature: string; readonly input: string }[] => columns.map((feature) => ({ feature, input: as?.[feature] ?? feature }));

/** Fills what a request leaves out from the project's `features.db`, which may appear or be replaced meanwhile. */
export class FeatureLookup {
  readonly #options: FeatureLookupOptions;
  #reader: OnlineFeatures | null = null;
  /** The file that is open: device and inode, which nobody else gets while it is. */
  #file = '';
  /** What the views are like, as the reader remembers them. */
  #definitions = '';
  #hasWarned = false;

  constructor(options: FeatureLookupOptions) {
    this.#options = options;
  }

  /** Opens the file where it is another than the one that is open; until that has worked, the old one answers. Never throws. */
  async refresh(): Promise<void> {
    const info = await stat(path.join(this.#options.projectDir, 'features.db')).catch(() => null);
    if (info === null) {
      // Deleted: rows of a file that nobody fills any more would be given out for ever.
      if (this.#reader !== null) this.#options.warn('Online features: features.db is gone; requests get missing values, or are refused where features are required.');
      this.close();
      this.#file = '';
      return;
    }
    const file = `${info.dev} ${info.ino}`;
    try {
      if (this.#reader !== null && file === this.#file && definitionsOf(this.#reader) === this.#definitions) return;
      const next = new OnlineFeatures(this.#options.projectDir);
      try {
        this.#definitions = definitionsOf(next);
      } catch (error) {
        next.close();
        throw error;
      }
      this.#reader?.close();
      this.#reader = next;
      this.#file = file;
      this.#hasWarned = false;
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Views that a version takes features from and of which nothing can be looked up here. */
  unavailable({ features }: Pick<LoadedVersion, 'features'>): string[] {
    return features.filter(({ view, version }) => this.keys(view, version) === null).map(({ view, version }) => `${view}@${version}`);
  }

  /** Types of a view's key columns; null: there are no rows of it here. */
  keys(view: string, version: number): Schema | null {
    try {
      return this.#reader?.view(view, version)?.keys ?? null;
    } catch {
      return null;
    }
  }

  /**
   * Puts features in the place of inputs that are not given. What cannot be found is a missing value and counted, or refused where features are required.
   * @throws RequestError 422 `feature-key-missing`, `feature-unknown-key`, `feature-expired`, 503 `features-unavailable`, each only where they
   * are required; PenstockError `features-key` for a value that no key of the view can have.
   */
  async fill(loaded: LoadedVersion, model: string, at: FillableRows, isRequired: boolean): Promise<void> {
    for (const of of loaded.features) {
      const wanted = filledInputs(of);
      const names = keyNames(of);
      const fillRow = (row: number): void => {
        const absent = wanted.filter(({ input }) => at.given(input, row) === undefined);
        if (absent.length === 0) return;
        const values = this.#values(model, of, names, at, row, isRequired);
        for (const { feature, input } of absent) at.put(input, row, values?.[feature] ?? null);
      };
      for (let from = 0; from < at.rows; from += rowsAtOnce) {
        // Other requests have their turn in between.
        if (from > 0) await setImmediate();
        const to = Math.min(at.rows, from + rowsAtOnce);
        for (let row = from; row < to; row += 1) fillRow(row);
      }
    }
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  #values(model: string, of: ModelFeatures, names: readonly string[], at: FillableRows, row: number, isRequired: boolean): Readonly<Record<string, FeatureCell>> | null {
    const { view, version } = of;
    const { counted } = this.#options;
    const key: Record<string, unknown> = {};
    for (const [i, column] of of.key.entries()) key[column] = at.given(names[i] ?? column, row);
    const missed = (miss: FeatureMiss, status: number, code: string, sentence: () => string, remedy: string): null => {
      counted(model, view, version, miss, null);
      if (isRequired) throw new RequestError(status, code, `Record ${row + 1}: ${sentence()}`, { remedy, ...(names[0] === undefined ? {} : { field: names[0] }) });
      return null;
    };
    const said = (): string => of.key.map((column, i) => `${names[i] ?? column} = ${JSON.stringify(key[column])?.slice(0, 60) ?? 'nothing'}`).join(', ');
    if (of.key.some((column) => key[column] === undefined)) return missed('no-key', 422, 'feature-key-missing', () => `the features of “${view}” need the key ${names.join(', ')}; given is ${said()}.`, 'Send the whole key, or every input.');
    let found: ReturnType<OnlineFeatures['lookup']> | undefined;
    try {
      found = this.#reader?.lookup(view, version, key);
    } catch (error) {
      if (toDiagnostic(error).code === 'features-key') throw error;
      this.#warn(error);
    }
    if (found === undefined) return missed('unavailable', 503, 'features-unavailable', () => `there are no online features of “${view}”, version ${version}, at hand.`, 'Run the pipeline with its Feature View, or send every input.');
    if (found === null) return missed('unknown-key', 422, 'feature-unknown-key', () => `“${view}” knows no ${said()}.`, 'Check the key, or send every input.');
    counted(model, view, version, found.isExpired ? 'expired' : null, found.ageMs);
    if (found.isExpired && isRequired) {
      throw new RequestError(422, 'feature-expired', `Record ${row + 1}: what “${view}” knows of ${said()} is from ${new Date(found.event).toISOString()} and too old.`, { remedy: 'Run the pipeline with its Feature View, or send every input.', ...(names[0] === undefined ? {} : { field: names[0] }) });
    }
    return found.values;
  }

  /** Once, until the file can be read again. */
  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.warn(`Online features: ${toDiagnostic(error).message}`);
  }
}

const definitionsOf = (reader: OnlineFeatures): string => JSON.stringify(reader.views().map(({ view, version, keys, features, ttl }) => [view, version, keys, features, ttl]));

import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { newElementId } from '#app/core/ids.ts';
import { PenstockError, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { isSubflow, latest, parseComponent, type Component } from '#app/pipeline/subflow/index.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { fileNameFor } from './paths.ts';
import { Trash } from './trash.ts';

const folder = 'components';
const extension = '.component.json';

export interface ComponentList {
  readonly components: readonly Component[];
  /** Files that cannot be read, each with what is wrong. */
  readonly problems: readonly Diagnostic[];
}

/** Components of a project: one file each, whole and readable, as pipelines are. */
export class ComponentFiles {
  readonly #root: string;
  readonly #trash: Trash;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(projectDir: string) {
    this.#root = path.join(projectDir, folder);
    this.#trash = new Trash(projectDir);
  }

  async list(): Promise<ComponentList> {
    const components: Component[] = [];
    const problems: Diagnostic[] = [];
    for (const name of await this.#names()) {
      try {
        components.push(parseComponent(await readProjectText(path.join(this.#root, name)), name));
      } catch (error) {
        problems.push(toDiagnostic(error));
      }
    }
    return { components: components.toSorted((a, b) => a.title.localeCompare(b.title)), problems };
  }

  /** A subflow as a new component. @throws PenstockError `not-a-subflow`, `component-title`. */
  create(title: string, node: PipelineNode, note: string): Promise<Component> {
    return this.#inTurn(async () => {
      const name = title.trim();
      if (name === '') throw new PenstockError('component-title', 'The component has no name.', { remedy: 'Type a name.' });
      const component: Component = { format: 'penstock-component', version: 1, id: newElementId(), title: name.slice(0, 200), versions: [versionOf(node, 1, note)] };
      return this.#write(component, `${fileNameFor(name)}-${randomBytes(3).toString('hex')}${extension}`);
    });
  }

  /**
   * What a use holds now as the next version. `base`: the version that it was made from.
   * @throws PenstockError `component-missing`, `component-newer` where another version was published since, `not-a-subflow`.
   */
  publish(id: string, base: number, node: PipelineNode, note: string): Promise<Component> {
    return this.#inTurn(async () => {
      const { component, file } = await this.#find(id);
      const { number } = latest(component);
      if (number !== base) {
        throw new PenstockError('component-newer', `Version ${number} of “${component.title}” was published meanwhile, and this is made from version ${base}.`, {
          remedy: 'Update this use first; then publish what you change.',
        });
      }
      return this.#write({ ...component, versions: [...component.versions, versionOf(node, number + 1, note)] }, file);
    });
  }

  /** @throws PenstockError `component-missing`, `component-title`. */
  rename(id: string, title: string): Promise<Component> {
    return this.#inTurn(async () => {
      const { component, file } = await this.#find(id);
      const name = title.trim();
      if (name === '') throw new PenstockError('component-title', 'The component has no name.', { remedy: 'Type a name.' });
      return this.#write({ ...component, title: name.slice(0, 200) }, file);
    });
  }

  /** Moves it into the project's trash; pipelines that use it keep their copies. @throws PenstockError `component-missing`. */
  remove(id: string): Promise<{ trashed: string }> {
    return this.#inTurn(async () => {
      const { file } = await this.#find(id);
      return this.#trash.put(path.join(this.#root, file));
    });
  }

  /** Brings back what `remove` took away. @throws PenstockError `not-in-trash`. */
  restore(trashed: string): Promise<{ path: string }> {
    // The ends of the names are random.
    return this.#inTurn(() => this.#trash.restore(trashed, (stem) => ({ path: `${folder}/${stem}${extension}` })));
  }

  /** The component in a file; null where the file holds none that can be read. */
  async idIn(file: string): Promise<string | null> {
    return (await this.#read(path.basename(file)))?.id ?? null;
  }

  #read(file: string): Promise<Component | null> {
    return readProjectText(path.join(this.#root, file))
      .then((text) => parseComponent(text, file))
      .catch(() => null);
  }

  /** Names of the files, by themselves in order; none where there is no folder yet. */
  async #names(): Promise<string[]> {
    const names = await readdir(this.#root).catch(() => []);
    return names.filter((name) => name.endsWith(extension) && !name.startsWith('.')).toSorted();
  }

  async #find(id: string): Promise<{ component: Component; file: string }> {
    for (const file of await this.#names()) {
      const component = await this.#read(file);
      if (component?.id === id) return { component, file };
    }
    throw new PenstockError('component-missing', 'The project does not have this component any more.', { remedy: 'Save the subflow as a new component.' });
  }

  async #write(component: Component, file: string): Promise<Component> {
    await writeFileAtomically(path.join(this.#root, file), `${JSON.stringify(component, null, 2)}\n`);
    return component;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

function versionOf(node: PipelineNode, number: number, note: string): Component['versions'][number] {
  if (!isSubflow(node)) throw new PenstockError('not-a-subflow', 'Only a subflow can be a component.', { remedy: 'Make a subflow of the nodes first.', place: { nodeId: node.id } });
  const { params, content, repeat } = node;
  return { number, savedAt: Date.now(), note: note.slice(0, 2000), params, content, ...(repeat === undefined ? {} : { repeat }) };
}

import type { ArtifactPlaces } from '../results/value-codec.ts';

/** What the engine asks of the content-addressed files of a project (app/store). Ids are sha256 in hex. */
export interface ArtifactFiles extends ArtifactPlaces {
  put(bytes: Uint8Array | string, name: string): Promise<string>;
  read(id: string): Promise<Uint8Array>;
  exists(id: string): boolean;
  /** Takes over a finished file by renaming it. */
  adopt(file: string, name: string): Promise<string>;
  /** A path for a file that is being written, on the same disk as the artifacts. */
  temporary(extension: string): Promise<string>;
}

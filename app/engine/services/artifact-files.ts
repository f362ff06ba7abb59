import type { ArtifactPlaces } from '../results/value-codec.ts';

/** What the engine asks of the content-addressed files of a project (app/store). Ids are sha256 in hex. */
export interface ArtifactFiles extends ArtifactPlaces {
  put(bytes: Uint8Array | string, name: string): Promise<string>;
  read(id: string): Promise<Uint8Array>;
  exists(id: string): boolean;
  /** Moves an artifact that is not what its id says out of the way. @returns whether it was damaged */
  setAsideIfDamaged(id: string): Promise<boolean>;
  /** As `setAsideIfDamaged`, once a session, before a result of an earlier one is reused. */
  setAsideAtFirstUse(id: string): Promise<boolean>;
  /** Takes over a finished file by renaming it. */
  adopt(file: string, name: string): Promise<string>;
  /** A path for a file that is being written, on the same disk as the artifacts. */
  temporary(extension: string): Promise<string>;
}

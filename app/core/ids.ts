import { nanoid, customAlphabet } from 'nanoid';

const short = customAlphabet('0123456789abcdefghijkmnpqrstuvwxyz', 8);

/** Id of a node or edge in a document: 8 characters, readable in a diff. */
export function newElementId(): string {
  return short();
}

/** Id of a run, model version or other stored record: sortable by time (base-36 milliseconds), then random. */
export function newRecordId(now = Date.now()): string {
  return `${now.toString(36).padStart(9, '0')}${nanoid(8).replace(/[-_]/g, '0')}`;
}

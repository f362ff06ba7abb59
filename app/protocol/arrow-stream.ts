import { PenstockError } from '#app/core/errors.ts';

/**
 * Whether bytes are an Arrow IPC stream as pages of tables are: a flat schema, then batches of rows. `apache-arrow` trusts every length in a
 * message and counts up to it, so that one turned bit keeps it busy for minutes; here each length is held against the bytes that are there,
 * before the library sees any. (Format: arrow.apache.org/docs/format/Columnar.html; its messages are FlatBuffers.)
 */

/** Of `Type` in Schema.fbs: Int, FloatingPoint, Binary, Utf8, Bool, Date, Time, Timestamp. Pages have no others, and none with children. */
const timestamp = 10;
const knownTypes: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 8, 9, timestamp]);
const headers = { schema: 1, rows: 3 } as const;
/** Columns of a page; tables have no more. */
const mostFields = 100_000;

/** @throws PenstockError `page-damaged`. */
export function checkArrowStream(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let fields = -1;
  while (at < bytes.length) {
    need(at + 8 <= bytes.length && view.getUint32(at, true) === 0xffffffff);
    const length = view.getInt32(at + 4, true);
    at += 8;
    if (length === 0) return need(fields >= 0);
    need(length > 0 && length % 8 === 0 && at + length <= bytes.length);
    const message = rootOf(new DataView(bytes.buffer, bytes.byteOffset + at, length));
    const body = long(message, 3);
    const kind = byte(message, 1);
    const header = child(message, 2);
    need(header !== null && body % 8 === 0 && at + length + body <= bytes.length && vector(message, 4, 4).count === 0);
    if (kind === headers.schema) {
      need(fields === -1 && body === 0);
      fields = checkSchema(header);
    } else {
      need(kind === headers.rows && fields >= 0);
      checkRows(header, fields, body);
    }
    at += length + body;
  }
  // Streams say where they end: one that does not was cut off between two messages.
  need(false);
}

function need(holds: boolean): asserts holds {
  if (!holds) throw damagedPage();
}

export const damagedPage = (cause?: unknown): PenstockError => new PenstockError('page-damaged', 'A page of the table arrived damaged.', { remedy: 'Load it again; if it happens again, report it with the log.', cause });

function checkSchema(schema: FlatTable): number {
  checkMetadata(schema, 2);
  need(vector(schema, 3, 8).count === 0);
  const fields = vector(schema, 1, 4);
  need(fields.count <= mostFields);
  for (let i = 0; i < fields.count; i += 1) {
    const field = tableAt(schema.view, pointer(schema.view, fields.at + 4 * i));
    text(field, 0);
    const type = byte(field, 2);
    const about = child(field, 3);
    need(knownTypes.has(type) && about !== null && child(field, 4) === null && vector(field, 5, 4).count === 0);
    if (type === timestamp) text(about, 1);
    checkMetadata(field, 6);
  }
  return fields.count;
}

function checkMetadata(table: FlatTable, slot: number): void {
  const entries = vector(table, slot, 4);
  for (let i = 0; i < entries.count; i += 1) {
    const entry = tableAt(table.view, pointer(table.view, entries.at + 4 * i));
    text(entry, 0);
    text(entry, 1);
  }
}

function checkRows(batch: FlatTable, fields: number, body: number): void {
  const rows = long(batch, 0);
  // A row takes a bit at the least.
  need(rows <= body * 8 && child(batch, 3) === null && vector(batch, 4, 8).count === 0);
  const nodes = vector(batch, 1, 16);
  need(nodes.count === fields);
  for (let i = 0; i < nodes.count; i += 1) {
    const nulls = longAt(batch.view, nodes.at + 16 * i + 8);
    need(longAt(batch.view, nodes.at + 16 * i) === rows && nulls <= rows);
  }
  const buffers = vector(batch, 2, 16);
  // Of each column which values there are, where texts begin, and the values.
  need(buffers.count <= 3 * fields);
  for (let i = 0; i < buffers.count; i += 1) {
    const from = longAt(batch.view, buffers.at + 16 * i);
    need(from % 8 === 0 && from + longAt(batch.view, buffers.at + 16 * i + 8) <= body);
  }
}

/** A table of a FlatBuffer: where it is, and where each of its slots is; 0: not there. */
interface FlatTable {
  readonly view: DataView;
  readonly at: number;
  readonly slots: readonly number[];
}

const rootOf = (view: DataView): FlatTable => tableAt(view, pointer(view, 0));

/** Where an offset leads; always onwards, so that nothing leads in a circle. */
function pointer(view: DataView, at: number): number {
  need(at + 4 <= view.byteLength);
  const offset = view.getUint32(at, true);
  need(offset >= 4 && at + offset + 4 <= view.byteLength);
  return at + offset;
}

function tableAt(view: DataView, at: number): FlatTable {
  const vtable = at - view.getInt32(at, true);
  need(vtable >= 0 && vtable + 4 <= view.byteLength);
  const size = view.getUint16(vtable, true);
  const extent = view.getUint16(vtable + 2, true);
  need(size >= 4 && size % 2 === 0 && vtable + size <= view.byteLength && at + extent <= view.byteLength);
  const slots: number[] = [];
  for (let i = 4; i < size; i += 2) {
    const offset = view.getUint16(vtable + i, true);
    need(offset === 0 || (offset >= 4 && offset < extent));
    slots.push(offset === 0 ? 0 : at + offset);
  }
  return { view, at, slots };
}

const placeOf = (table: FlatTable, slot: number): number => table.slots[slot] ?? 0;

function byte(table: FlatTable, slot: number): number {
  const at = placeOf(table, slot);
  return at === 0 ? 0 : table.view.getUint8(at);
}

/** A length or offset: never negative, and no more than there can be bytes. */
function longAt(view: DataView, at: number): number {
  need(at + 8 <= view.byteLength);
  const value = view.getBigInt64(at, true);
  need(value >= 0n && value <= 0xffffffffffn);
  return Number(value);
}

function long(table: FlatTable, slot: number): number {
  const at = placeOf(table, slot);
  return at === 0 ? 0 : longAt(table.view, at);
}

function child(table: FlatTable, slot: number): FlatTable | null {
  const at = placeOf(table, slot);
  return at === 0 ? null : tableAt(table.view, pointer(table.view, at));
}

/** Where the elements of a vector begin, and how many there are: no more than fit behind it. */
function vector(table: FlatTable, slot: number, bytesEach: number): { readonly at: number; readonly count: number } {
  const place = placeOf(table, slot);
  if (place === 0) return { at: 0, count: 0 };
  const at = pointer(table.view, place);
  const count = table.view.getUint32(at, true);
  need(at + 4 + count * bytesEach <= table.view.byteLength);
  return { at: at + 4, count };
}

const text = (table: FlatTable, slot: number): void => void vector(table, slot, 1);

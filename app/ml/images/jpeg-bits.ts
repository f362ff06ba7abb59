/** Codes of up to 16 bits by a table of all 16-bit beginnings: length in the high byte, symbol in the low one; 0 where there is no code. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): Uint16Array {
  const table = new Uint16Array(65_536);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length++) {
    for (let i = 0; i < (counts[length - 1] ?? 0); i++, code++) {
      const from = code << (16 - length);
      table.fill((length << 8) | (symbols[next++] ?? 0), from, from + (1 << (16 - length)));
    }
    code <<= 1;
  }
  return table;
}

/** Bits of a scan. Stops at a marker and then gives zeros, as for a file that was cut off. */
export class BitReader {
  readonly #data: Uint8Array;
  #at: number;
  #buffer = 0;
  #count = 0;

  constructor(data: Uint8Array, at: number) {
    this.#data = data;
    this.#at = at;
  }

  #fill(): void {
    while (this.#count <= 24) {
      let byte = this.#data[this.#at] ?? 0;
      if (byte === 0xff) {
        if (this.#data[this.#at + 1] === 0) this.#at += 2;
        else byte = 0;
      } else if (this.#at < this.#data.length) this.#at++;
      this.#buffer = (this.#buffer << 8) | byte;
      this.#count += 8;
    }
  }

  symbol(table: Uint16Array): number {
    if (this.#count < 16) this.#fill();
    const entry = table[(this.#buffer >>> (this.#count - 16)) & 0xffff] as number;
    this.#count -= entry === 0 ? 1 : entry >> 8;
    return entry & 255;
  }

  /** `size` ≤ 16 bits as a number. */
  bits(size: number): number {
    if (size === 0) return 0;
    if (this.#count < size) this.#fill();
    this.#count -= size;
    return (this.#buffer >>> this.#count) & ((1 << size) - 1);
  }

  /** `size` bits as a signed number (ITU-T T.81, EXTEND). */
  signed(size: number): number {
    const value = this.bits(size);
    return size === 0 || value >= 1 << (size - 1) ? value : value - (1 << size) + 1;
  }

  /** To the end of this interval: over the restart marker where there is one. False where the scan ends. */
  restart(): boolean {
    this.#count = 0;
    this.#buffer = 0;
    while (this.#at + 1 < this.#data.length && !(this.#data[this.#at] === 0xff && this.#data[this.#at + 1] !== 0 && this.#data[this.#at + 1] !== 0xff)) this.#at++;
    const marker = this.#data[this.#at + 1] ?? 0;
    if (marker < 0xd0 || marker > 0xd7) return false;
    this.#at += 2;
    return true;
  }
}

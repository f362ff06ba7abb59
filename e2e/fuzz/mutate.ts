/** Hostile variants of files. Everything is drawn from one seed, so that a round can be repeated. */

export interface Random {
  /** 0 … below `count`. */
  below(count: number): number;
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T;
  chance(one: number): boolean;
}

/** mulberry32 by Tommy Ettinger. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return { below, chance: (one) => below(one) === 0, pick: (list) => list[below(list.length)] as never };
}

/** What lies in length fields when a file lies: of one, two, four and eight bytes, in both orders. */
const lies: readonly number[][] = [
  [0x00], [0x7f], [0x80], [0xff],
  [0xff, 0xff], [0x00, 0x80], [0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0x00, 0x00, 0x00, 0x80], [0x7f, 0xff, 0xff, 0xff], [0x00, 0x00, 0x00, 0x10], [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0x80],
  // Variable-length integers, as protobuf and Thrift write them: 2³², 2⁶³ − 1, and one that does not end.
  [0x80, 0x80, 0x80, 0x80, 0x10], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

type Step = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[], words: readonly string[]) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const put = (bytes: Uint8Array, at: number, part: readonly number[]): Uint8Array => {
  const out = Uint8Array.from(bytes);
  part.forEach((value, i) => {
    if (at + i < out.length) out[at + i] = value;
  });
  return out;
};

const steps: readonly Step[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    return put(bytes, at, [(bytes[at] ?? 0) ^ (1 << random.below(8))]);
  },
  function setByte(bytes, random) {
    return put(bytes, random.below(bytes.length), [random.below(256)]);
  },
  function cutOff(bytes, random) {
    return bytes.slice(0, random.below(bytes.length));
  },
  function lie(bytes, random) {
    return put(bytes, random.below(bytes.length), random.pick(lies));
  },
  function leaveOut(bytes, random) {
    const at = random.below(bytes.length);
    const count = 1 + random.below(Math.min(64, bytes.length - at));
    return joined(bytes.subarray(0, at), bytes.subarray(at + count));
  },
  function twice(bytes, random) {
    const at = random.below(bytes.length);
    const part = bytes.subarray(at, at + 1 + random.below(256));
    return joined(bytes.subarray(0, at), part, part, bytes.subarray(at + part.length));
  },
  function splice(bytes, random, others) {
    const other = random.pick(others) ?? bytes;
    return joined(bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(Math.max(1, other.length))));
  },
  function word(bytes, random, _others, words) {
    const at = random.below(bytes.length);
    const text = words.length === 0 ? '\0' : random.pick(words);
    return joined(bytes.subarray(0, at), Buffer.from(text, 'utf8'), bytes.subarray(random.chance(2) ? at : Math.min(bytes.length, at + text.length)));
  },
];

/** One to four changes to a file; `others`: files to splice with; `words`: what means something in this format. */
export function mutated(seed: Uint8Array, random: Random, others: readonly Uint8Array[], words: readonly string[] = []): Uint8Array {
  let bytes = seed;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    if (bytes.length === 0) return bytes;
    bytes = random.pick(steps)(bytes, random, others, words);
  }
  return bytes;
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values that a reader of JSON may not have thought of. */
function hostileValue(random: Random, old: unknown): unknown {
  const made: readonly (() => unknown)[] = [
    () => null, () => true, () => -1, () => 0, () => 1e308, () => 2 ** 53, () => 0.5, () => '', () => [], () => ({}), () => '\u0000', () => '../../etc/passwd', () => 'x'.repeat(70_000),
    () => nested(250), () => [old], () => ({ value: old }), () => String(old), () => Array.from({ length: 300 }, () => old), () => '__proto__', () => 'constructor', () => '\ud800',
    () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
  ];
  return random.pick(made)();
}

/** A JSON value changed at one to three places: another value, a key gone, a key more, an element twice or elsewhere. */
export function mutatedJson(value: unknown, random: Random): unknown {
  let whole = structuredClone(value);
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const places: { holder: Record<string, unknown> | unknown[]; key: string | number }[] = [];
    const stack: unknown[] = [whole];
    while (stack.length > 0 && places.length < 5000) {
      const next = stack.pop();
      if (typeof next !== 'object' || next === null) continue;
      for (const key of Object.keys(next)) {
        places.push({ holder: next as Record<string, unknown>, key });
        stack.push((next as Record<string, unknown>)[key]);
      }
    }
    if (places.length === 0 || random.chance(40)) {
      whole = hostileValue(random, whole);
      continue;
    }
    const { holder, key } = random.pick(places);
    const record = holder as Record<string, unknown>;
    switch (random.below(6)) {
      case 0:
        if (Array.isArray(holder)) holder.splice(Number(key), 1);
        else delete record[key];
        break;
      case 1:
        if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
        else record[random.pick(['toString', 'id', 'version', 'then', 'length', 'constructor', `${key}2`])] = record[key];
        break;
      case 2: {
        const other = random.pick(places);
        record[key] = structuredClone((other.holder as Record<string, unknown>)[other.key]);
        break;
      }
      default:
        // Not by assignment: a key called __proto__ has to become one.
        Object.defineProperty(holder, random.chance(30) && !Array.isArray(holder) ? '__proto__' : key, { value: hostileValue(random, record[key]), enumerable: true, configurable: true, writable: true });
    }
  }
  return whole;
}

/** A text of JSON: changed as a value, mostly, or as bytes. */
export function mutatedJsonText(seed: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  if (random.chance(4)) return mutated(seed, random, others, ['{', '}', '[', ']', '"', ',', ':', 'null', '1e999', '\\u0000', '\n', '//']);
  const text = Buffer.from(seed).toString('utf8');
  try {
    return Buffer.from(JSON.stringify(mutatedJson(JSON.parse(text), random)) ?? '', 'utf8');
  } catch {
    // One object a line.
    const lines = text.split('\n');
    const at = random.below(lines.length);
    try {
      lines[at] = JSON.stringify(mutatedJson(JSON.parse(lines[at] ?? ''), random));
    } catch {
      lines.splice(at, 1);
    }
    return Buffer.from(lines.join('\n'), 'utf8');
  }
}

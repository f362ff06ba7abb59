import { parentPort } from 'node:worker_threads';
import { doneWith } from '../worker/collect.ts';
import { instantiate, type Kernels } from './kernels.ts';
import { pause } from './pause.ts';
import { regions } from './regions.ts';
import { control, ends, mostLooks, regionOf, type HelperMessage, type NextTable, type TeamMember } from './team.ts';

/** A helper of a `Team`: waits for turns and runs their regions until the team's end or a pause, then waits for the next table or team. */
if (parentPort === null) throw new Error('team-worker is started as a worker thread');
const port = parentPort;
const all = Object.values(regions);
const say = (message: HelperMessage): void => port.postMessage(message, []);

let last: { readonly member: TeamMember; readonly kernels: Kernels } | null = null;

function help(message: TeamMember | NextTable): void {
  // The same team again needs no instance of its own.
  const { member, kernels } = 'module' in message ? begin(message) : { member: { ...known().member, ...message }, kernels: known().kernels };
  last = { member: { ...member, table: null }, kernels };
  const region = regionOf(member, kernels);
  const words = new Int32Array(member.memory.buffer, member.control, control.integers);
  let { turn } = member;
  // Who resumes a team does not ask.
  if ('module' in message) say('ready');
  for (;;) {
    for (let looks = 0; Atomics.load(words, control.turn) === turn; looks += 1) {
      if (looks < mostLooks) pause();
      else Atomics.wait(words, control.turn, turn, 100);
    }
    turn = Atomics.load(words, control.turn);
    const end = Atomics.load(words, control.end);
    // Whose memory may be gigabytes.
    if (end === ends.gone) last = null;
    if (end !== ends.no) break;
    all[words[control.region] ?? -1]?.(region);
    Atomics.add(words, control.done, 1);
    Atomics.notify(words, control.done);
  }
  say('free');
  doneWith(last === null ? member.memory.buffer.byteLength : (member.table?.buffer.byteLength ?? 0));
}

/** The calling thread waits without looking at messages: that there is no helper to come, it sees in the memory. */
function begin(member: TeamMember): NonNullable<typeof last> {
  try {
    // This thread then sees as much of the memory as there is.
    member.memory.grow(0);
    return { member, kernels: instantiate(member.module, member.memory) };
  } catch (error) {
    Atomics.store(new Int32Array(member.memory.buffer, member.control, control.integers), control.failed, 1);
    throw error;
  }
}

function known(): NonNullable<typeof last> {
  if (last === null) throw new Error('a helper is given a team before a table');
  return last;
}

port.on('message', help);

import { parentPort } from 'node:worker_threads';
import { instantiate } from './kernels.ts';
import { regions } from './regions.ts';
import { control, regionOf, type HelperMessage, type TeamMember } from './team.ts';

/** A helper of a `Team`: waits for turns and runs their regions until the team's end, then waits for the next team. */
if (parentPort === null) throw new Error('team-worker is started as a worker thread');
const port = parentPort;
const all = Object.values(regions);
const say = (message: HelperMessage): void => port.postMessage(message, []);

function help(member: TeamMember): void {
  const region = regionOf(member, instantiate(member.module, member.memory));
  const words = new Int32Array(member.memory.buffer, member.control, control.integers);
  let turn = Atomics.load(words, control.turn);
  say('ready');
  for (;;) {
    for (let spins = 0; Atomics.load(words, control.turn) === turn; spins += 1) if (spins > 20_000) Atomics.wait(words, control.turn, turn, 100);
    turn = Atomics.load(words, control.turn);
    if (Atomics.load(words, control.end) === 1) break;
    all[words[control.region] ?? -1]?.(region);
    Atomics.add(words, control.done, 1);
    Atomics.notify(words, control.done);
  }
  say('free');
}

port.on('message', help);

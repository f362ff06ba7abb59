import { execFile } from 'node:child_process';

const found = new Map<boolean, Promise<readonly string[]>>();

/**
 * The words before a command that give it a network namespace of its own, where nothing is reachable, not even this machine; empty
 * where the system does not allow it (not Linux, user namespaces switched off). Asked once a process.
 * @param ownProcesses also a process namespace, whose end kills all that was started in it.
 */
export function networkless(ownProcesses: boolean): Promise<readonly string[]> {
  let answer = found.get(ownProcesses);
  if (answer === undefined) {
    answer = ask(ownProcesses);
    found.set(ownProcesses, answer);
  }
  return answer;
}

async function ask(ownProcesses: boolean): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const processes = ownProcesses ? ['--pid', '--fork', '--kill-child'] : [];
  for (const tool of ['/usr/bin/unshare', '/bin/unshare']) {
    for (const user of [['--map-current-user'], []]) {
      for (const more of [processes, []]) {
        const words = [tool, ...user, '--net', ...more];
        if (await works(words)) return words;
      }
    }
  }
  return [];
}

function works([program = '', ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [...args, '/bin/true'], { env: {}, timeout: 5000 }, (error) => resolve(error === null));
  });
}

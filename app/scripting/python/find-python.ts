import { execFile } from 'node:child_process';
import { PenstockError } from '#app/core/errors.ts';

export interface FoundPython {
  readonly program: string;
  readonly version: string;
  /** Null where pandas is not installed. */
  readonly pandas: string | null;
}

const probe = `
import sys
try:
    import pandas
    found = pandas.__version__
except Exception:
    found = ""
sys.stdout.write("penstock %d.%d.%d|%s" % (sys.version_info[0], sys.version_info[1], sys.version_info[2], found))
`;

const answers = new Map<string, Promise<FoundPython | null>>();

/** What answers under a name or path; null where nothing runs or it is no Python 3. A Python with pandas is remembered while the engine lives. */
function ask(program: string): Promise<FoundPython | null> {
  let answer = answers.get(program);
  if (answer === undefined) {
    answer = probed(program).then((found) => {
      // What is missing may be installed in the meantime.
      if (found?.pandas === null || found === null) answers.delete(program);
      return found;
    });
    answers.set(program, answer);
  }
  return answer;
}

function probed(program: string): Promise<FoundPython | null> {
  const path = process.env['PATH'];
  return new Promise((resolve) => {
    execFile(program, ['-I', '-c', probe], { timeout: 60_000, windowsHide: true, env: path === undefined ? {} : { PATH: path } }, (error, text) => {
      const read = /^penstock (3\.\d+\.\d+)\|(.*)$/.exec(text);
      const version = read?.[1];
      resolve(error !== null || version === undefined ? null : { program, version, pandas: read?.[2] || null });
    });
  });
}

/** Where a Python is looked for, in order; a chosen one is the only one. */
export function pythonCandidates(chosen: string): string[] {
  if (chosen.trim() !== '') return [chosen.trim()];
  const set = process.env['PENSTOCK_PYTHON'];
  return set !== undefined && set !== '' ? [set] : process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];
}

/**
 * A Python 3 with pandas.
 * @throws PenstockError `python-missing` at the param “interpreter”, which says what was found instead.
 */
export async function findPython(chosen: string): Promise<FoundPython & { readonly pandas: string }> {
  const candidates = pythonCandidates(chosen);
  let bare: FoundPython | null = null;
  for (const candidate of candidates) {
    const found = await ask(candidate);
    if (found?.pandas != null) return { ...found, pandas: found.pandas };
    bare ??= found;
  }
  const place = { param: ['interpreter'] };
  if (bare !== null) {
    throw new PenstockError('python-missing', `Python ${bare.version} (${bare.program}) has no pandas.`, { remedy: `Install it with “${bare.program} -m pip install pandas”, or choose another Python.`, place });
  }
  throw new PenstockError('python-missing', `No Python 3 answers as ${candidates.map((one) => `“${one}”`).join(' or ')}.`, { remedy: 'Install Python with pandas, or choose its path here or in the environment variable PENSTOCK_PYTHON.', place });
}

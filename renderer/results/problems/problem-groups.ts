import type { Severity } from '#app/core/errors.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import type { PipelineProblems } from '#app/protocol/sections/problems.ts';

/** A problem as it is listed, with the names that a person searches by. */
export interface ListedProblem {
  readonly diagnostic: Finding;
  /** Null: it is about the pipeline as a whole. */
  readonly node: { readonly id: string; readonly title: string; readonly type: string } | null;
}

export interface ProblemGroup {
  /** Path of the pipeline. */
  readonly path: string;
  readonly title: string;
  readonly problems: readonly ListedProblem[];
  /** Problems that the engine has found and not listed. */
  readonly more: number;
}

export interface ProblemFilter {
  readonly severities: readonly Severity[];
  readonly text: string;
}

/** Groups of what passes the filter, by what is worst, then by title; groups without any are left out. Opening one moves nothing. */
export function filterGroups(groups: readonly ProblemGroup[], filter: ProblemFilter): ProblemGroup[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const passes = (group: ProblemGroup, { diagnostic, node }: ListedProblem): boolean => {
    if (!filter.severities.includes(diagnostic.severity)) return false;
    const text = `${diagnostic.message} ${diagnostic.remedy ?? ''} ${diagnostic.code} ${node?.title ?? ''} ${diagnostic.place?.column ?? ''} ${group.title}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return groups
    .map((group) => ({ ...group, problems: byNode(group.problems.filter((problem) => passes(group, problem))) }))
    .filter(({ problems }) => problems.length > 0)
    .toSorted((a, b) => worst(a) - worst(b) || a.title.localeCompare(b.title));
}

const order = { error: 0, warning: 1, info: 2 } as const;
const worst = ({ problems }: ProblemGroup): number => Math.min(...problems.map(({ diagnostic }) => order[diagnostic.severity]));

/** Problems of one node beside each other, nodes by their worst. */
function byNode(problems: readonly ListedProblem[]): ListedProblem[] {
  const groups = new Map<string, ListedProblem[]>();
  for (const problem of problems.toSorted((a, b) => order[a.diagnostic.severity] - order[b.diagnostic.severity])) {
    const key = problem.node?.id ?? '';
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [problem]);
    else list.push(problem);
  }
  return [...groups.values()].flat();
}

/** A row of the list. Keys stay with what a row is about, so that what has the focus keeps it when the list changes. */
export type ListRow =
  | { readonly kind: 'header'; readonly key: string; readonly group: ProblemGroup; readonly folded: boolean }
  /** `index`: in its group; `same`: at the first problem of a code, all findings that have it, where there are several. */
  | { readonly kind: 'problem'; readonly key: string; readonly group: ProblemGroup; readonly problem: ListedProblem; readonly index: number; readonly same: readonly Finding[] | null }
  /** There are more than the engine has listed. */
  | { readonly kind: 'rest'; readonly key: string; readonly group: ProblemGroup };

/** The list from top to bottom. */
export function rowsOf(groups: readonly ProblemGroup[], headed: boolean, folded: readonly string[]): readonly ListRow[] {
  const hidden = new Set(headed ? folded : []);
  const rows: ListRow[] = [];
  for (const group of groups) {
    if (headed) rows.push({ kind: 'header', key: `header ${group.path}`, group, folded: hidden.has(group.path) });
    if (hidden.has(group.path)) continue;
    const byCode = new Map<string, Finding[]>();
    for (const { diagnostic } of group.problems) {
      const list = byCode.get(diagnostic.code);
      if (list === undefined) byCode.set(diagnostic.code, [diagnostic]);
      else list.push(diagnostic);
    }
    const seen = new Map<string, number>();
    for (const [index, problem] of group.problems.entries()) {
      const { diagnostic, node } = problem;
      const about = `${group.path} ${node?.id ?? ''} ${diagnostic.code} ${diagnostic.message}`;
      const times = seen.get(about) ?? 0;
      seen.set(about, times + 1);
      const findings = byCode.get(diagnostic.code) ?? [];
      rows.push({ kind: 'problem', key: times === 0 ? about : `${about} ${times}`, group, problem, index, same: findings.length > 1 && findings[0] === diagnostic ? findings : null });
    }
    if (group.more > 0) rows.push({ kind: 'rest', key: `rest ${group.path}`, group });
  }
  return rows;
}

export function countSeverities(problems: readonly { readonly diagnostic: { readonly severity: Severity } }[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { diagnostic } of problems) counts[diagnostic.severity] += 1;
  return counts;
}

/** All pipelines with problems: the open one as the page knows it, the others as their files say. */
export function projectGroups(files: Readonly<Record<string, PipelineProblems>>, open: ProblemGroup | null): ProblemGroup[] {
  const others = Object.values(files).filter(({ path }) => path !== open?.path).map(({ path, title, problems, more }): ProblemGroup => ({ path, title, problems, more }));
  return open === null ? others : [open, ...others];
}

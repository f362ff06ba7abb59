import type { Diagnostic } from '#app/core/errors.ts';
import { say } from './sentence.ts';
import type { Story } from './story.ts';
import type { DescriptionBlock, Sentence } from './types.ts';

/** Share of rows from which on a step that drops them is told. */
const notable = 0.2;
/** Items of one kind; a pipeline that is all wrong is not helped by a thousand lines. */
const most = 12;

/** What a reader should know before trusting the results: errors, leaks, stale results, rows and values that are not there. */
export function watchBlocks(story: Story): DescriptionBlock[] {
  const items = [...found(story), ...failures(story), ...stale(story), ...droppedRows(story), ...missingValues(story), ...bypassed(story)];
  return items.length === 0 ? [{ kind: 'text', text: say(story.tongue.nothingToWatch) }] : [{ kind: 'list', ordered: false, items }];
}

function atNode(story: Story, { message, remedy, place }: Diagnostic): Sentence {
  const node = place?.nodeId === undefined ? undefined : story.graph.nodes.get(place.nodeId);
  return say(node === undefined ? [] : [story.link(node), ': '], message, remedy === undefined ? '' : ` ${remedy}`);
}

function capped(story: Story, items: readonly Sentence[], severity: 'error' | 'warning'): Sentence[] {
  return items.length <= most ? [...items] : [...items.slice(0, most), say(story.tongue.moreFindings(items.length - most, severity))];
}

function found(story: Story): Sentence[] {
  const told = (severity: Diagnostic['severity']): Sentence[] => story.facts.diagnostics.filter((one) => one.severity === severity).map((one) => atNode(story, one));
  return [...capped(story, told('error'), 'error'), ...capped(story, told('warning'), 'warning')];
}

function failures(story: Story): Sentence[] {
  const known = new Set(story.facts.diagnostics.map(({ message }) => message));
  return story.order.flatMap((node) => {
    const ran = story.facts.run?.nodes[node.id];
    const told = (ran?.diagnostics ?? []).filter(({ severity, message }) => severity !== 'info' && !known.has(message));
    return told.map((one) => say(story.link(node), ran?.status === 'failed' ? story.tongue.failed : story.tongue.saidInRun, one.message));
  });
}

function stale(story: Story): Sentence[] {
  if (story.facts.run === null) return [say(story.tongue.neverRun)];
  const old = story.order.filter(({ id }) => story.facts.freshness[id]?.state === 'stale');
  const never = story.order.filter(({ id }) => story.facts.freshness[id]?.state === 'never-run' && story.facts.run?.nodes[id] === undefined);
  const [first] = old;
  const reasons = first === undefined ? [] : (story.facts.freshness[first.id]?.reasons ?? []).slice(0, 2);
  return [
    ...(first === undefined ? [] : [story.tongue.outOfDate(old.length, story.link(first), reasons)]),
    ...(never.length === 0 ? [] : [say(story.tongue.notRunYet, story.links(never, 6), '.')]),
  ];
}

function droppedRows(story: Story): Sentence[] {
  return story.order.flatMap((node) => {
    if (!/^transform\/(filter-rows|join|deduplicate|asof-join|concatenate|impute|sql)$/.test(node.type)) return [];
    const [edge] = story.inputs(node);
    const port = story.outputs(node).find(({ kind }) => kind === 'table')?.name;
    const before = edge === undefined ? null : story.rows(edge.from.node, edge.from.port);
    const after = port === undefined ? null : story.rows(node.id, port);
    if (before === null || after === null || before === 0 || (before - after) / before < notable) return [];
    return [say(story.link(node), ` ${story.tongue.drops(before - after, before)}.`)];
  });
}

function missingValues(story: Story): Sentence[] {
  return story.order.flatMap((node) => {
    return story.outputs(node).flatMap(({ name }) => {
      const key = `${node.id}.${name}`;
      const table = Object.hasOwn(story.facts.missing, key) ? story.facts.missing[key] : undefined;
      const gaps = Object.entries(table?.columns ?? {}).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
      if (table === undefined || gaps.length === 0 || table.rows === 0) return [];
      return [say(story.link(node), ` ${story.tongue.hasGaps(gaps, table.rows)}.`)];
    });
  });
}

function bypassed(story: Story): Sentence[] {
  const off = story.order.filter((node) => node.bypassed === true);
  return off.length === 0 ? [] : [say(story.tongue.bypassedNodes, story.links(off), '.')];
}

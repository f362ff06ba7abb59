import { automationSpecSchema, type AutomationSpec } from '#app/core/automation.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { AutomationRecord } from '#app/store/index.ts';
import { paramsSchema, problemOf } from '#nodes/deploy/schedule/node.ts';

const scheduleType = 'deploy/schedule';

export type DeclaredChange =
  | { readonly kind: 'create'; readonly spec: AutomationSpec; readonly enabled: boolean }
  | { readonly kind: 'update'; readonly id: string; readonly spec: AutomationSpec }
  | { readonly kind: 'enable' | 'disable'; readonly id: string };

/** What has to be done so that a pipeline's schedules are what its Schedule nodes say. A node that is no schedule yet changes nothing. */
export function declaredChanges(document: PipelineDocument, path: string, records: readonly AutomationRecord[]): DeclaredChange[] {
  const own = records.filter(({ spec }) => spec.pipeline === path && spec.node !== undefined);
  const changes: DeclaredChange[] = [];
  const nodes = document.nodes.filter(({ type }) => type === scheduleType);
  for (const node of nodes) {
    const parsed = paramsSchema.safeParse(node.params);
    if (!parsed.success || problemOf(parsed.data) !== null) continue;
    const { cron, timezone, misfire, overlap, retries, timeout } = parsed.data;
    const enabled = parsed.data.enabled && node.bypassed !== true;
    const before = own.find(({ spec }) => spec.node === node.id);
    const spec = automationSpecSchema.parse({
      ...before?.spec,
      name: before?.spec.name ?? (node.title ?? document.title),
      pipeline: path,
      node: node.id,
      trigger: { kind: 'cron', cron, timezone },
      misfire: { ...before?.spec.misfire, policy: misfire },
      overlap,
      retry: { ...before?.spec.retry, times: retries },
      timeout: timeout * 60,
    });
    if (before === undefined) changes.push({ kind: 'create', spec, enabled });
    else {
      if (JSON.stringify(automationSpecSchema.parse(before.spec)) !== JSON.stringify(spec)) changes.push({ kind: 'update', id: before.id, spec });
      if (before.enabled !== enabled) changes.push({ kind: enabled ? 'enable' : 'disable', id: before.id });
    }
  }
  for (const { id, spec, enabled } of own) if (enabled && !nodes.some((node) => node.id === spec.node)) changes.push({ kind: 'disable', id });
  return changes;
}

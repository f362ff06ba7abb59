import { RotateCcw } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import type { PipelineNode, SubflowContent } from '#app/pipeline/document.ts';
import { contentDocument, copyPrefix } from '#app/pipeline/subflow/index.ts';
import { typeOf } from '../../state/catalogue.ts';
import { diagnosticsOf, inputSchema, useConfiguration } from '../../state/configuration.ts';
import { within } from '../../state/level.ts';
import { IconButton } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';
import { FormProvider, type FormContext } from '../form-context.ts';
import { setAt, type Path } from '../form-model.ts';
import { ParamField } from '../param-field.tsx';
import { shownTitle, type ShownParam } from './exposed.ts';

interface ShownFieldProps {
  readonly subflow: PipelineNode & { content: SubflowContent };
  readonly shown: ShownParam;
  readonly all: readonly ShownParam[];
  /** What is said here; undefined: what holds without it. */
  readonly value: unknown;
  /** What holds where nothing is said here. */
  readonly otherwise: unknown;
  readonly onChange: (value: unknown, title: string) => void;
  readonly onReset: () => void;
}

/** A param of a node inside, with the columns that node sees, set from outside. */
export function ShownField({ subflow, shown, all, value, otherwise, onChange, onReset }: ShownFieldProps) {
  const { inner, field, exposed } = shown;
  const configured = useConfiguration((store) => store.nodes);
  const diagnostics = useConfiguration((store) => store.diagnostics);
  const prefix = copyPrefix(subflow.id, subflow.repeat === undefined ? null : 0);
  const nodeId = `${prefix}${inner?.id ?? ''}`;
  const form = useMemo((): FormContext => {
    const document = contentDocument(subflow);
    const nodes = within(configured, prefix);
    const firstTable = inner === undefined ? undefined : typeOf(inner)?.definition.inputs.find((port) => port.kind === 'table')?.name;
    const port = (from: string | undefined): string => from ?? firstTable ?? '';
    return {
      nodeId,
      diagnostics: diagnosticsOf({ nodes: configured, diagnostics }, nodeId),
      columns: (from) => inputSchema(document, nodes, inner?.id ?? '', port(from)),
      isConnected: (from) => document.edges.some((edge) => edge.to.node === inner?.id && edge.to.port === port(from)),
      change: (path: Path, next: unknown, title: string) => onChange((setAt({ [exposed.param]: value ?? otherwise }, path, next) as Record<string, unknown>)[exposed.param], title),
    };
  }, [subflow, configured, diagnostics, prefix, nodeId, inner, exposed.param, value, otherwise, onChange]);
  if (field === undefined) return <p className="text-xs text-warn-ink">{texts.inspector.subflow.gone(exposed.title ?? exposed.param)}</p>;
  const reset: ReactNode =
    value === undefined ? null : (
      <IconButton size="sm" label={texts.inspector.subflow.reset} onClick={onReset}>
        <RotateCcw size={12} />
      </IconButton>
    );
  return (
    <FormProvider value={form}>
      <div className="flex items-start gap-1" data-testid={`exposed-${exposed.name}`}>
        <div className="min-w-0 flex-1">
          <ParamField field={{ ...field, title: shownTitle(shown, all) }} value={value ?? otherwise} path={[exposed.param]} />
        </div>
        {reset}
      </div>
    </FormProvider>
  );
}

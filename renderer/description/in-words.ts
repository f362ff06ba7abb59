import type { DescriptionFacts, PipelineDescription, Tongue } from '#app/pipeline/description/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { client } from '../rpc/client.ts';
import { metricTitle } from '../results/report/metric-text.ts';
import { catalogue, lineOf } from '../state/catalogue.ts';
import { language } from '../text/language.ts';

type Facts = Omit<DescriptionFacts, 'document' | 'catalogue'>;

/** The pipeline in words of the page's language. The engine gives what is known; titles, lines and diagnostics are in that language here. */
export async function pipelineInWords(document: PipelineDocument, signal: AbortSignal): Promise<PipelineDescription> {
  const [facts, { describePipeline }, tongue] = await Promise.all([client.help.describe({ document }, { signal }), import('#app/pipeline/description/describe.ts'), tongueOfPage()]);
  // Output meta is JSON by construction and passed through as it is.
  const told = facts as unknown as Facts;
  const nodes = { ...told.nodes };
  for (const node of document.nodes) {
    const known = nodes[node.id];
    if (known !== undefined) nodes[node.id] = { ...known, describe: lineOf(node, known.describe) };
  }
  return describePipeline({ ...told, document, catalogue, nodes }, tongue);
}

const tongueOfPage = async (): Promise<Tongue | undefined> => (language === 'de' ? (await import('#app/pipeline/description/german/index.ts')).germanTongue(metricTitle) : undefined);

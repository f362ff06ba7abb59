import { number, strings, text } from '../params.ts';
import type { StepWords } from '../step-words.ts';
import { code, columnsOr } from './phrases.ts';

const over = (params: Readonly<Record<string, unknown>>, all = 'allen Spalten'): string => columnsOr(strings(params, 'columns'), all);
const coloured = (params: Readonly<Record<string, unknown>>, name = 'colour'): string => (text(params, name) === '' ? '' : `, nach ${code(text(params, name))}`);

export const exploreWords: Readonly<Record<string, StepWords>> = {
  'explore/table-view': () => 'zeigt die Zeilen und gibt sie unverändert weiter',
  'explore/bar-chart': (params, line) => (text(params, 'category') === '' ? 'zeichnet einen Balken je Kategorie' : `zeichnet Balken: ${line}`),
  'explore/box-plot': (params) => `zeichnet Boxplots von ${over(params)}${coloured(params, 'groupBy')}`,
  'explore/column-statistics': (params) => `zählt und misst ${over(params, 'alle Spalten')}`,
  'explore/correlations': (params) => `sagt paarweise, wie stark ${over(params, 'alle Spalten')} zusammenhängen`,
  'explore/data-quality-profile': (params) => `sucht in ${over(params)} nach Fehlern: fehlende, wiederholte, konstante, auffällige und verräterische Werte`,
  'explore/distributions': (params) => `zeichnet die Verteilung von ${over(params, 'den ersten Spalten')}${coloured(params, 'groupBy')}`,
  'explore/feature-ranking': (params) => `ordnet ${over(params, 'alle Spalten')} danach, was jede über ${text(params, 'target') === '' ? 'eine Zielspalte' : code(text(params, 'target'))} sagt`,
  'explore/heat-map': (_, line) => `zeichnet eine Heatmap: ${line}`,
  'explore/line-plot': (_, line) => `zeichnet Linien: ${line}`,
  'explore/outliers': (params, line) => `trennt Zeilen mit ungewöhnlichen Werten in ${over(params)} von den übrigen (${line})`,
  'explore/pca': (params, line) => `verdichtet ${over(params, 'alle Zahlenspalten')} zu Hauptkomponenten (${line})`,
  'explore/scatter-plot': (params) => (text(params, 'x') === '' ? 'zeichnet zwei Spalten gegeneinander' : `zeichnet ${code(text(params, 'y'))} gegen ${code(text(params, 'x'))}${coloured(params)}`),
  'explore/umap-tsne': (params, line) => `zeichnet eine Karte, auf der Zeilen mit ähnlichen Werten nah beieinander liegen (${line}, Seed ${number(params, 'seed')})`,
};

import { number, records, strings, text, type Params } from '../params.ts';
import { counted, percent } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';
import { code, columnsOr, listed } from './phrases.ts';

const target = (params: Params): string => (text(params, 'target') === '' ? 'eine noch zu wählende Zielspalte' : code(text(params, 'target')));
const details = (line: string): string => (line.includes(' · ') ? ` (${line.split(' · ').slice(1).join(', ')})` : '');
const learner = (what: string): StepWords => (params, line) => `lernt ${target(params)} mit ${what}${details(line)}`;
const by = (params: Params): string => columnsOr(strings(params, 'features'), 'allen Spalten');

/** As infinitives: the steps stand in one after „so vorzubereiten:“. */
const parts: Readonly<Record<string, string>> = { impute: 'fehlende Werte ersetzen', scale: 'Zahlen skalieren', 'one-hot': 'Kategorien in 0/1-Spalten verwandeln', ordinal: 'Kategorien in Codes verwandeln', 'target-encode': 'Kategorien durch den Mittelwert der Zielspalte ersetzen', 'date-parts': 'Datumsangaben zerlegen', text: 'Text in Gewichte seiner Wörter verwandeln', words: 'die Wörter von Texten lesen', pixels: 'Bildpunkte lesen', select: 'Spalten weglassen' };

/** The steps of a recipe in words, each kind once. */
export function recipeWords(steps: readonly Params[]): string {
  return listed([...new Set(steps.map((step) => parts[text(step, 'step')] ?? text(step, 'step')))], 8);
}

export const trainWords: Readonly<Record<string, StepWords>> = {
  'train/preprocess': (params) => (records(params, 'steps').length === 0 ? 'bereitet nichts vor: Merkmale bleiben, wie sie sind' : `sagt, wie Merkmale vorbereitet werden: ${recipeWords(records(params, 'steps'))}. Gelernt wird das nur aus Trainingszeilen`),
  'train/linear-regression': learner('einer linearen Regression'),
  'train/logistic-regression': learner('einer logistischen Regression'),
  'train/decision-tree': learner('einem Entscheidungsbaum'),
  'train/random-forest': learner('einem Random Forest'),
  'train/gradient-boosting': learner('Boosting von Bäumen'),
  'train/k-nearest-neighbours': learner('den nächsten Nachbarn'),
  'train/naive-bayes': learner('naivem Bayes'),
  'train/neural-network': learner('einem neuronalen Netz'),
  'train/svm': learner('einer Support-Vektor-Maschine'),
  'train/text-classifier': (params, line) => `lernt ${target(params)} aus dem Text in ${code(text(params, 'column'))}${details(line)}`,
  'train/convolutional-network': (params, line) => `lernt ${target(params)} aus den Bildern in ${code(text(params, 'column'))}${details(line)}`,
  'train/auto-train': (params) => `sucht von selbst das beste Modell für ${target(params)}, ${counted(number(params, 'seconds'), 'Sekunde', 'Sekunden')} lang`,
  'train/parameter-search': (params) => `sucht die Parameter des Lernverfahrens, die ungesehene Zeilen am besten vorhersagen, in ${counted(number(params, 'trials'), 'Versuch', 'Versuchen')} über ${counted(number(params, 'folds'), 'Fold', 'Folds')}`,
  'train/stacking': (_, line) => `vereint die Lernverfahren zu einem Modell (${line})`,
  'train/import-onnx': (params) => (text(params, 'path') === '' ? 'nimmt eine Modelldatei, die noch zu wählen ist' : `nimmt das trainierte Modell ${code(text(params, 'path'))}`),
  'train/import-keras': (params) => (text(params, 'path') === '' ? 'nimmt ein Netz, das noch zu wählen ist' : `nimmt das trainierte Netz ${code(text(params, 'path'))}`),
  'train/k-means': (params) => `teilt die Zeilen nach ${by(params)} in ${text(params, 'choose') === 'fixed' ? counted(number(params, 'clusters'), 'kompakten Cluster', 'kompakte Cluster') : `so viele kompakte Cluster, wie zu ihnen passen, zwischen ${number(params, 'fewest')} und ${number(params, 'most')}`}`,
  'train/dbscan': (params) => `findet nach ${by(params)} Cluster, in denen die Zeilen dicht liegen, mindestens ${counted(number(params, 'fewest'), 'Zeile', 'Zeilen')} beisammen`,
  'train/hierarchical-clustering': (params, line) => `fügt nach ${by(params)} Schritt für Schritt die nächsten Zeilen zu einem Baum zusammen und schneidet ihn in Cluster (${line.replace(/, (jede Spalte|alle Spalten)$/, '')})`,
  'train/isolation-forest': (params) => `bewertet nach ${by(params)}, wie ungewöhnlich jede Zeile ist, und markiert die ungewöhnlichsten ${percent(number(params, 'share'))}`,
  'train/time-series-forecast': (params, line) => `sagt ${text(params, 'value') === '' ? 'einen noch zu wählenden Wert' : code(text(params, 'value'))} über ${code(text(params, 'time'))} voraus${details(line)}`,
};

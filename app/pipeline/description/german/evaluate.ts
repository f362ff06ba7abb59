import { choice, isOn, number, strings, text, type Params } from '../params.ts';
import { counted } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';
import { code, columnsOr } from './phrases.ts';

/** How learners are scored on rows that they did not see: what follows „durch“, „mit“ or „über“ is in it. */
export function validation(params: Params): string {
  const folds = `${number(params, 'folds')} Folds`;
  const group = code(text(params, 'group'));
  const how = choice(params, 'method', {
    'k-fold': `durch Kreuzvalidierung mit ${folds}`,
    'repeated-k-fold': `durch Kreuzvalidierung mit ${folds}, ${number(params, 'repeats')}-mal`,
    random: `mit ${counted(number(params, 'repeats'), 'zufälligen Aufteilung', 'zufälligen Aufteilungen')}`,
    'group-k-fold': `durch Kreuzvalidierung mit ${folds}, die jede Gruppe von ${group} ganz lassen`,
    'leave-one-group-out': `wobei nacheinander jede Gruppe von ${group} beiseite bleibt`,
    time: `an der Zukunft nach der Vergangenheit, nach ${code(text(params, 'time'))}`,
  });
  return `${how}${isOn(params, 'stratified') && ['k-fold', 'repeated-k-fold'].includes(text(params, 'method')) ? ', jeder mit derselben Mischung der Klassen' : ''} (Seed ${number(params, 'seed')})`;
}

export const evaluateWords: Readonly<Record<string, StepWords>> = {
  'evaluate/predict': () => 'wendet das Modell auf die Zeilen an und fügt seine Vorhersagen hinzu',
  'evaluate/test-and-score': (params) => `bewertet die Lernverfahren an ungesehenen Zeilen, ${validation(params)}`,
  'evaluate/compare-models': (_, line) => `sagt, welches Lernverfahren besser ist und ob die Daten das hergeben (${line})`,
  'evaluate/confusion-matrix': () => 'zählt, welche Klassen für welche gehalten werden',
  'evaluate/roc-pr': () => 'misst, wie gut die Wahrscheinlichkeiten die Zeilen ordnen',
  'evaluate/regression-diagnostics': () => 'misst, wie weit vorhergesagte Zahlen von der Wahrheit abweichen',
  'evaluate/calibration': () => 'prüft, ob man die Wahrscheinlichkeiten beim Wort nehmen kann',
  'evaluate/threshold-tuning': (_, line) => `wählt die Wahrscheinlichkeit, ab der eine Zeile positiv heißt (${line})`,
  'evaluate/fairness-report': (params) => `vergleicht, wie das Modell Gruppen nach ${columnsOr(strings(params, 'columns'), 'den gewählten Spalten')} behandelt`,
  'evaluate/learning-curve': () => 'sagt, ob mehr Zeilen das Lernverfahren besser machen würden',
  'evaluate/partial-dependence': (params) => `zeigt, wie die Vorhersage sich mit ${columnsOr(strings(params, 'columns'), 'jeder Spalte')} bewegt`,
  'evaluate/permutation-importance': () => 'misst, welche Spalten das Modell braucht',
  'evaluate/shap': () => 'sagt Zeile für Zeile, was jede Spalte zur Vorhersage beiträgt',
  'evaluate/clustering-quality': () => 'misst, wie gut die Gruppen getrennt sind',
  'deploy/register-model': (params) => `hält das Modell als ${code(text(params, 'name') || 'model')} im Register des Projekts fest`,
  'deploy/export-onnx': (params) => `schreibt das Modell als eine ONNX-Datei nach ${code(text(params, 'path'))}`,
  'deploy/bundle': (_, line) => `schreibt alles, was zum Bereitstellen des Modells nötig ist, nach ${code(line)}`,
  'deploy/serve': (_, line) => `beantwortet Anfragen mit dem Modell auf diesem Rechner (${line})`,
  'monitor/alert': (_, line) => `löst Alarm aus, wenn eine Messung jenseits einer Grenze liegt (${line})`,
  'monitor/data-drift': (_, line) => `vergleicht einen neuen Stapel Spalte für Spalte mit der Referenz (${line})`,
  'monitor/prediction-drift': (_, line) => `vergleicht, was ein Modell für einen neuen Stapel und für die Referenz vorhersagt (${line})`,
};

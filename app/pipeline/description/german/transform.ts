import { choice, isOn, number, records, strings, text, type Params } from '../params.ts';
import { counted, percent } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';
import { code, columns, columnsOr, listed } from './phrases.ts';

const measureWords: Readonly<Record<string, string>> = { count: 'Anzahl der Werte', avg: 'Mittelwert', sum: 'Summe', min: 'kleinstem Wert', max: 'größtem Wert', median: 'Median', stddev: 'Standardabweichung', variance: 'Varianz', count_distinct: 'Anzahl verschiedener Werte', mode: 'häufigstem Wert', first: 'erstem Wert', string_agg: 'verbundenen Texten' };

/** In the dative, after „mit“. */
function measure(params: Params): string {
  const [fn, column] = [text(params, 'fn'), text(params, 'column')];
  if (column === '') return fn === 'count' ? 'Anzahl der Zeilen' : (measureWords[fn] ?? code(fn));
  return `${fn === 'quantile' ? `${percent(number(params, 'fraction'))}-Quantil` : (measureWords[fn] ?? code(fn))} von ${code(column)}`;
}

const measures = (params: Params): string => listed(records(params, 'measures').map(measure), 5);

const ordered = (list: readonly Params[]): string =>
  listed(list.filter((key) => text(key, 'column') !== '').map((key) => `${code(text(key, 'column'))}${text(key, 'direction') === 'descending' || key['descending'] === true ? ' (Größtes zuerst)' : ''}`), 4);

const keyPairs = (params: Params): string =>
  listed(records(params, 'keys').map((key) => (text(key, 'left') === text(key, 'right') ? code(text(key, 'left')) : `${code(text(key, 'left'))} = ${code(text(key, 'right'))}`)), 4);

const typeWords: Readonly<Record<string, string>> = { boolean: 'wahr/falsch', integer: 'ganze Zahl', float: 'Zahl', string: 'Text', date: 'Datum', time: 'Uhrzeit', timestamp: 'Datum mit Uhrzeit', binary: 'Binärdaten', number: 'Zahl', text: 'Text' };
const typeWord = (name: string): string => typeWords[name] ?? code(name);

function selected(params: Params): string {
  const keep = text(params, 'mode') === 'keep';
  const by = text(params, 'by');
  const names = strings(params, 'columns');
  const what = by === 'kind' ? `alle Spalten der Art „${typeWord(text(params, 'kind'))}“` : by === 'pattern' ? `die Spalten, deren Namen zu ${code(text(params, 'pattern'))} passen,` : names.length === 0 ? '' : `die ${names.length === 1 ? 'Spalte' : 'Spalten'} ${columns(names, 8)}`;
  const parts = what === '' ? (keep ? ['behält noch keine Spalte'] : []) : [keep ? `behält nur ${what.replace(/,$/, '')}` : `lässt ${what} weg`];
  const renamed = records(params, 'changes').filter((change) => text(change, 'name') !== '' && text(change, 'name') !== text(change, 'column'));
  if (renamed.length > 0) parts.push(`benennt ${listed(renamed.map((change) => `${code(text(change, 'column'))} in ${code(text(change, 'name'))}`), 4)} um`);
  const retyped = [...records(params, 'changes'), ...records(params, 'bulk')].filter((change) => text(change, 'type') !== '' && text(change, 'type') !== 'same');
  if (retyped.length > 0) parts.push(`ändert den Typ von ${listed(retyped.map((change) => (text(change, 'column') === '' ? 'mehreren Spalten' : `${code(text(change, 'column'))} (jetzt ${typeWord(text(change, 'type'))})`)), 4)}`);
  return parts.length === 0 ? 'gibt alle Spalten weiter' : listed(parts);
}

function partitioned(params: Params, line: string): string {
  const how = choice(params, 'method', { random: 'zufällig', stratified: `mit gleicher Mischung von ${code(text(params, 'column'))} in beiden Teilen`, grouped: `wobei alle Zeilen mit demselben Wert von ${columns(strings(params, 'group'))} auf einer Seite bleiben`, time: `nach ${code(text(params, 'time'))}: die Vergangenheit zum Trainieren, was danach kommt zum Testen` });
  if (text(params, 'method') === 'time' && text(params, 'testFrom') !== '') return `teilt die Zeilen bei ${text(params, 'testFrom')}, ${how}`;
  const seed = text(params, 'method') === 'time' ? '' : ` (Seed ${number(params, 'seed')})`;
  return `teilt die Zeilen in ${listed(line.split(', ').filter((part) => part.includes('%')))} auf, ${how}${seed}`;
}

const joinKinds = { inner: 'es bleiben nur Zeilen mit einem Treffer auf beiden Seiten', left: 'alle Zeilen der linken Tabelle bleiben', right: 'alle Zeilen der rechten Tabelle bleiben', full: 'alle Zeilen beider Tabellen bleiben', semi: 'es bleiben die linken Zeilen mit Treffer', anti: 'es bleiben die linken Zeilen ohne Treffer', cross: 'jede Zeile mit jeder' };
const unitWords = { seconds: 'Sekunden', minutes: 'Minuten', hours: 'Stunden', days: 'Tage', weeks: 'Wochen' };
const lines = (params: Params, name: string): string => counted(text(params, name).split('\n').length, 'Zeile', 'Zeilen');

export const transformWords: Readonly<Record<string, StepWords>> = {
  'transform/filter-rows': (params, line) => `${text(params, 'mode') === 'remove' ? 'entfernt' : 'behält'} die Zeilen mit ${code(text(params, 'by') === 'expression' && text(params, 'expression') !== '' ? text(params, 'expression') : text(params, 'mode') === 'remove' ? line.replace(/^ohne /, '') : line)}`,
  'transform/formula': (params) => {
    const list = records(params, 'columns').filter((one) => text(one, 'name') !== '');
    return list.length === 0 ? 'berechnet noch nichts' : `berechnet ${listed(list.map((one) => `${code(text(one, 'name'))} als ${code(text(one, 'expression'), 80)}`), 4)}`;
  },
  'transform/rules': (params) => `gibt jeder Zeile einen Wert von ${code(text(params, 'name'))} nach der ersten von ${counted(records(params, 'rules').length, 'Regel', 'Regeln')}, die zutrifft`,
  'transform/select-columns': selected,
  'transform/sort': (params) => `sortiert die Zeilen nach ${ordered(records(params, 'keys')) || 'einer noch zu wählenden Spalte'}`,
  'transform/group-by': (params) => (strings(params, 'keys').length === 0 ? `fasst alle Zeilen zusammen${measures(params) === '' ? '' : `, mit ${measures(params)}`}` : `macht eine Zeile je ${columns(strings(params, 'keys'))}${measures(params) === '' ? '' : ` mit ${measures(params)}`}`),
  'transform/join': (params) => {
    const kind = choice(params, 'kind', joinKinds);
    if (text(params, 'kind') === 'cross') return `verknüpft zwei Tabellen, ${kind}`;
    return records(params, 'keys').length === 0 ? 'verknüpft zwei Tabellen über Schlüsselspalten, die noch zu wählen sind' : `verknüpft zwei Tabellen über ${keyPairs(params)}: ${kind}`;
  },
  'transform/asof-join': (params) => {
    const limit = isOn(params, 'limited') ? `, höchstens ${number(params, 'tolerance')} ${choice(params, 'unit', unitWords)} entfernt` : '';
    const keys = records(params, 'keys').length === 0 ? '' : ` mit gleichem ${keyPairs(params)}`;
    return `gibt jeder Zeile die Zeile der zweiten Tabelle${keys}, die zum Zeitpunkt ${code(text(params, 'leftTime'))} ${choice(params, 'direction', { backward: 'zuletzt bekannt war', forward: 'als nächste kommt', nearest: 'am nächsten liegt' })}${limit}`;
  },
  'transform/concatenate': (params) => `${choice(params, 'kind', { all: 'setzt die Zeilen aller Tabellen untereinander', distinct: 'setzt die verschiedenen Zeilen aller Tabellen untereinander', intersect: 'behält die Zeilen, die jede Tabelle hat', except: 'behält die Zeilen der ersten Tabelle, die in keiner anderen stehen' })}, Spalten ${choice(params, 'match', { name: 'nach Namen', position: 'nach Position' })} zugeordnet`,
  'transform/impute': (_, line) => `ersetzt fehlende Werte (${line})`,
  'transform/partition': partitioned,
  'transform/sample': (params, line) => `zieht eine Stichprobe der Zeilen (${line}${number(params, 'seed') === 0 || text(params, 'method') === 'first' || text(params, 'method') === 'every' ? '' : `, Seed ${number(params, 'seed')}`})`,
  'transform/deduplicate': (params) => `behält von mehreren Zeilen, die in ${columnsOr(strings(params, 'columns'), 'allen Spalten')} gleich sind, eine`,
  'transform/bin': (params, line) => (strings(params, 'columns').length === 0 ? 'ordnet Zahlen in Intervalle' : `ordnet ${columns(strings(params, 'columns'))} in Intervalle (${line.replace(/^.*?: /, '')})`),
  'transform/date-and-time': (params) => {
    const made = records(params, 'outputs').map((one) => code(text(one, 'name') || text(one, 'part') || text(one, 'unit')));
    return `liest ${code(text(params, 'column'))} als Datum${made.length === 0 ? '' : ` und macht daraus ${listed(made, 4)}`}`;
  },
  'transform/text': (params, line) => `bereinigt den Text in ${columnsOr(strings(params, 'columns'), 'noch zu wählenden Spalten')} (${line.replace(/^.*?: /, '')})`,
  'transform/explode': (params) => (text(params, 'mode') === 'rows' ? `macht aus den Listen in ${code(text(params, 'column'))} Zeilen, eine je Element` : `macht aus den Teilen in ${code(text(params, 'column'))} Spalten`),
  'transform/pivot': (params) => `macht aus den Werten von ${code(text(params, 'column'))} Spalten mit ${measures(params)}${strings(params, 'keys').length === 0 ? '' : `, eine Zeile je ${columns(strings(params, 'keys'))}`}`,
  'transform/unpivot': (params) => `macht aus Spalten Zeilen: der Name in ${code(text(params, 'nameColumn'))}, der Wert in ${code(text(params, 'valueColumn'))}`,
  'transform/transpose': () => 'legt die Tabelle auf die Seite: Zeilen werden Spalten',
  'transform/window': (params, line) => {
    const order = ordered(records(params, 'orderBy'));
    const groups = strings(params, 'partitionBy');
    return `fügt Spalten hinzu, die auf andere Zeilen schauen (${line.replace(/ (je|nach) .*$/, '')})${groups.length === 0 ? '' : ` innerhalb von ${columns(groups)}`}${order === '' ? '' : `, in der Reihenfolge von ${order}`}`;
  },
  'transform/sql': (params) => `führt die Abfrage ${code(text(params, 'text'))} über seine Eingänge aus, die \`t1\`, \`t2\` … heißen`,
  'transform/script': (params) => `führt JavaScript von ${lines(params, 'code')} aus`,
  'transform/python-script': (params) => `führt Python von ${lines(params, 'code')} aus`,
};

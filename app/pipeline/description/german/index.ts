import { formatCount } from '#app/core/units.ts';
import type { PipelineNode } from '../../document.ts';
import { isBoundary } from '../../subflow/node-type.ts';
import { counted, percent } from '../phrases.ts';
import { say } from '../sentence.ts';
import type { IntroFacts, Tongue } from '../tongue.ts';
import { placeOf } from './data.ts';
import { validation } from './evaluate.ts';
import { code, columns, listed } from './phrases.ts';
import { stepPredicate } from './step-words.ts';
import { recipeWords } from './train.ts';

const portKinds: Readonly<Record<string, string>> = { table: 'eine Tabelle', report: 'einen Bericht', evaluation: 'eine Auswertung', model: 'ein Modell', learner: 'ein Lernverfahren', recipe: 'ein Rezept' };
const statusWords: Readonly<Record<string, string>> = { running: 'der noch läuft', succeeded: 'der gelungen ist', failed: 'der fehlgeschlagen ist', cancelled: 'der abgebrochen wurde', interrupted: 'der unterbrochen wurde' };

const rows = (count: number): string => counted(count, 'Zeile', 'Zeilen');
const width = (count: number): string => counted(count, 'Spalte', 'Spalten');

function intro({ steps, sources, targets, learners, results, status }: IntroFacts): string {
  const parts = [
    sources === 0 ? 'liest noch nichts' : `liest ${counted(sources, 'Quelle', 'Quellen')}`,
    ...(learners === 0 ? [] : [`lernt ${targets.length === 0 ? 'eine Zielspalte' : columns(targets)} mit ${learners} Lernverfahren`]),
    `endet in ${counted(results, 'Ergebnis', 'Ergebnissen')}`,
  ];
  return `Diese Pipeline aus ${counted(steps, 'Schritt', 'Schritten')} ${listed(parts)}. ${status === null ? 'Sie ist noch nicht gelaufen.' : `Zeilen und Scores sind die ihres letzten Laufs${statusWords[status] === undefined ? '' : `, ${statusWords[status]}`}.`}`;
}

function subflow({ content, repeat }: PipelineNode, names: readonly string[]): string {
  const size = counted(content?.nodes.filter((node) => !isBoundary(node)).length ?? 0, 'Knoten', 'Knoten');
  const times = repeat === undefined ? '' : repeat.over === 'params' ? `, ${repeat.runs.length}-mal ausgeführt` : `, je ${code(repeat.by || '…')} (${repeat.values.length})`;
  return `steht für ${size}${times}${names.length === 0 ? '' : ` (${listed(names, 8)})`}`;
}

/**
 * Descriptions in German (docs/guide/glossary-de.md). What follows on a place stands after a colon, „Danach: …“, so that the name of a
 * node stays first and its verb second. `metricTitle`: what a front end calls a metric.
 */
export const germanTongue = (metricTitle: (name: string) => string): Tongue => ({
  and: 'und',
  andMore: (count) => ` und ${count} weitere`,
  sections: { in: 'Was hereinkommt', steps: 'Was geschieht, Schritt für Schritt', learnt: 'Was gelernt wird und wie gut', out: 'Was herauskommt', watch: 'Worauf zu achten ist' },
  empty: 'Diese Pipeline ist leer: Sie hat noch keine Schritte.',
  intro,

  columns,
  columnKinds: { boolean: 'Ja/Nein', integer: 'Ganze Zahlen', float: 'Zahlen', string: 'Text', date: 'Datum', time: 'Uhrzeit', timestamp: 'Datum mit Uhrzeit', binary: 'Binärdaten' },
  columnsUnknown: 'Die Spalten sind noch nicht bekannt.',
  placeOf,
  reads: (place) => `liest ${place}`,
  rows,
  size: (count, columnCount) => [count === null ? '' : rows(count), columnCount === null ? '' : width(columnCount)].filter((one) => one !== '').join(' mit '),
  table: (count, names) => `${count === null ? '' : `${rows(count)} mit `}${columns(names)}`,
  gives: (kinds, type) => `gibt ${kinds.length === 0 ? code(type) : listed(kinds.map((kind) => portKinds[kind] ?? kind))}`,

  stepPredicate,
  then: 'Danach: ',
  leadIn: (single, sources) => say(single ? 'Aus ' : 'Mit ', sources, ': '),
  branches: (followers) => say('Hier verzweigt sich der Weg: zu ', followers, '.'),
  inputRole: (title) => ` (Eingang „${title}“)`,
  tableTitle: 'Tabelle',
  rowsOfPort: (title, node) => [node, ` (Ausgang „${title}“)`],
  rowsAt: (count, title) => `${rows(count)} an „${title}“`,
  rowsBecome: (before, after) => (after < before ? ` (heraus ${after === 1 ? 'kommt' : 'kommen'} ${formatCount(after)} von ${rows(before)})` : ` (aus ${rows(before)} werden ${formatCount(after)})`),
  unknownType: (type) => `ist vom Typ \`${type}\`, den dieses Penstock nicht kennt`,
  isBypassed: 'ist umgangen: Was hereinkommt, geht unverändert weiter',
  subflow,
  comment: (text) => ` (Kommentar: „${text}“)`,

  metricName: (name) => {
    const [metric = '', ...rest] = name.replaceAll('`', '').split(':');
    return [metricTitle(metric), ...rest].join(':');
  },
  inLatestRun: 'Im letzten Lauf:',
  noRunNoScores: 'Die Pipeline ist noch nicht gelaufen, deshalb gibt es keine Scores.',
  noScores: 'Noch kein Schritt hat einen Score ergeben.',
  noTarget: 'hat noch keine Zielspalte.',
  learns: (target, task) => `lernt ${code(target)}${task === 'classification' ? ' (eine Klasse)' : task === 'regression' ? ' (eine Zahl)' : ''}`,
  sameAs: (node) => say('aus denselben Spalten, vorbereitet wie für ', node, '. '),
  fromColumns: (names) => `aus ${width(names.length)}: ${columns(names, 8)}`,
  fromOthers: (names) => (names.length === 0 ? 'aus allen anderen Spalten' : names.length === 1 ? `aus der anderen Spalte: ${columns(names)}` : `aus den anderen ${width(names.length)}: ${columns(names, 8)}`),
  preparedBy: (node, steps) => (steps.length === 0 ? say('Sie gehen durch ', node, ', das sie lässt, wie sie sind. ') : say('Vorbereitet werden sie von ', node, `: ${recipeWords(steps)}. `)),
  preparedAsUsual: (steps) => `Sie werden vorbereitet, wie es dafür üblich ist: ${recipeWords(steps)}. `,
  makesFeatures: (names) => `Daraus ${names.length === 1 ? 'wird' : 'werden'} ${counted(names.length, 'Merkmal', 'Merkmale')}: ${columns(names, 8)}. `,
  noRows: 'Noch gibt es keine Zeilen, aus denen gelernt wird.',
  fittedIn: (node) => say('Angepasst wird dort, wo bewertet wird, in ', node, '.'),
  learnsFromAll: 'Gelernt wird aus allen Zeilen, die hereinkommen; keine Aufteilung legt welche beiseite.',
  learnsFromPart: (node) => say('Gelernt wird aus einem Teil von ', node, '.'),
  of: ' zu ',
  validatedBy: (params) => `, ${validation(params)}`,

  nothingToWatch: 'Nichts fällt auf: keine Fehler, keine Verdachtsfälle, keine veralteten Ergebnisse.',
  moreFindings: (count, severity) => `Und ${severity === 'error' ? counted(count, 'weiterer Fehler', 'weitere Fehler') : counted(count, 'weitere Warnung', 'weitere Warnungen')}.`,
  failed: ' ist fehlgeschlagen: ',
  saidInRun: ' hat im letzten Lauf gemeldet: ',
  neverRun: 'Die Pipeline ist nie gelaufen, deshalb sind Zeilen und Scores nicht bekannt.',
  outOfDate: (steps, first, reasons) => say(`Die Ergebnisse von ${counted(steps, 'Schritt', 'Schritten')} sind veraltet, ab `, first, reasons.length === 0 ? '' : `: ${reasons.join('; ')}`, '. Die Pipeline neu ausführen.'),
  notRunYet: 'Noch nicht gelaufen: ',
  drops: (dropped, of) => `lässt ${formatCount(dropped)} von ${rows(of)} weg (${percent(dropped / of)})`,
  hasGaps: (gaps, of) => `hat fehlende Werte in ${width(gaps.length)}: ${listed(gaps.map(([column, count]) => `${code(column)} (${formatCount(count)}, ${percent(count / of)})`))}`,
  bypassedNodes: 'Umgangen und deshalb ohne Wirkung: ',
});

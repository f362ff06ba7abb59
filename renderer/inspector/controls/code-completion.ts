import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { Diagnostic as LintMark } from '@codemirror/lint';
import type { EditorState } from '@codemirror/state';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { texts } from '../../text/texts.ts';

export type CodeLanguage = 'javascript' | 'python';

/** What stands ready in a script, by language: name and what it is. */
const given: Record<CodeLanguage, readonly (readonly [string, string])[]> = {
  javascript: [
    ['df', texts.inspector.code.firstTable],
    ['dfs', texts.inspector.code.allTables],
    ['dfd', 'Danfo'],
    ['params', texts.inspector.code.values],
    ['print', texts.inspector.code.log],
  ],
  python: [
    ['df', texts.inspector.code.firstTable],
    ['dfs', texts.inspector.code.allTables],
    ['pd', 'pandas'],
    ['np', 'NumPy'],
    ['params', texts.inspector.code.values],
    ['result', texts.inspector.code.result],
    ['print', texts.inspector.code.log],
  ],
};

/** Members of a data frame and of the library that makes them. */
export const members: Record<CodeLanguage, Readonly<Record<'frame' | 'library', string>>> = {
  javascript: {
    frame: 'addColumn apply append applyMap asType at axis columns copy count ctypes cumMax cumMin cumProd cumSum describe div drop dropNa eq fillNa ge groupby gt head iat iloc index isNa le loc lt max mean median min mod mode mul ndim ne nUnique pow print query rename replace resetIndex round sample selectDtypes setIndex shape sortIndex sortValues std sub sum T tail toJSON transpose values var',
    library: 'concat DataFrame dateRange getDummies LabelEncoder merge MinMaxScaler OneHotEncoder Series StandardScaler tensorflow toDateTime',
  },
  python: {
    frame: 'agg apply assign astype clip columns concat copy corr count cummax cumprod cumsum describe diff drop drop_duplicates dropna dtypes eval explode ewm expanding fillna filter groupby head iloc index insert interpolate isin isna join loc map max mean median melt merge min mode nlargest nsmallest nunique pct_change pipe pivot pivot_table plot quantile query rank rename replace reset_index rolling round sample select_dtypes set_index shape shift sort_index sort_values stack std sum tail transform transpose unstack value_counts values var where',
    library: 'Categorical concat crosstab cut DataFrame date_range factorize get_dummies isna merge merge_asof NA NaT notna pivot_table qcut Series Timedelta Timestamp to_datetime to_numeric to_timedelta unique wide_to_long',
  },
};

const libraries: Record<CodeLanguage, string> = { javascript: 'dfd', python: 'pd' };

/** Completion of columns (inside quotes, and as they are written), of what a script is given, and of members of its frames. */
export function scriptCompletion(language: CodeLanguage, columns: () => Schema): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const inside = stringStart(context);
    if (inside !== null) return { from: inside, options: columns().map((column) => columnOption(column, column.name)) };
    const member = context.matchBefore(/[\w\]]+\.\w*$/);
    if (member !== null) {
      const [owner = '', word = ''] = member.text.split('.');
      const list = owner === libraries[language] ? members[language].library : /^(df\w*|dfs.*|\d+\]|result|frame)$/.test(owner) && owner !== 'dfd' ? members[language].frame : null;
      return list === null ? null : { from: context.pos - word.length, options: list.split(' ').map((label): Completion => ({ label, type: 'method' })) };
    }
    const word = context.matchBefore(/[A-Za-z_]\w*$/);
    if (word === null && !context.explicit) return null;
    const names = given[language].map(([label, detail]): Completion => ({ label, detail, type: 'variable', boost: 2 }));
    return { from: word?.from ?? context.pos, options: [...names, ...columns().map((column) => columnOption(column, `df[${JSON.stringify(column.name)}]`))] };
  };
}

const columnOption = ({ name, type }: Column, apply: string): Completion => ({ label: name, apply, type: 'property', detail: type });

/** Where the text of the string around the cursor begins; null outside of strings. */
function stringStart(context: CompletionContext): number | null {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (node.name !== 'String') return null;
  const quote = /^[rbuRBU]*('|")/.exec(context.state.sliceDoc(node.from, node.to));
  const start = node.from + (quote?.[0].length ?? 1);
  return start <= context.pos ? start : null;
}

const shownMistakes = 5;

/** Places where the grammar does not fit, as the editor marks them while one types. */
export function syntaxMarks(state: EditorState): LintMark[] {
  const marks: LintMark[] = [];
  syntaxTree(state).iterate({
    enter: (node) => {
      if (!node.type.isError || marks.length >= shownMistakes) return;
      // A mistake of no length is marked at the last sign before it, so that it can be seen.
      const from = node.from === node.to ? Math.max(0, state.sliceDoc(0, node.from).trimEnd().length - 1) : node.from;
      const to = Math.min(Math.max(node.to, from + 1), state.doc.length);
      if (from < to) marks.push({ from, to, severity: 'warning', message: texts.inspector.code.notCode });
    },
  });
  return marks;
}

/** What a run or the configuration said, at its place in the text. */
export function reportedMarks(diagnostics: readonly Diagnostic[], length: number): LintMark[] {
  return diagnostics.map(({ place, severity, message, remedy }) => {
    const from = Math.min(place?.span?.start ?? 0, length);
    const to = Math.min(place?.span?.end ?? length, length);
    return { from, to: Math.max(from, to), severity, message: remedy ? `${message} ${remedy}` : message };
  });
}

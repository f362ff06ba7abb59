import type { Column, Schema } from '#app/relation/types.ts';

/** Names of the columns that a forecast writes: shared by what is promised and what is made. */
export interface ForecastColumns {
  readonly time: Column;
  readonly value: string;
  /** Null: one series. */
  readonly series: string | null;
}

function distinct(wanted: Schema): Schema {
  const taken = new Set<string>();
  return wanted.map(({ name, type }) => {
    let free = name;
    while (taken.has(free.toLowerCase())) free += '_';
    taken.add(free.toLowerCase());
    return { name: free, type };
  });
}

const seriesColumn = ({ series }: ForecastColumns): Schema => (series === null ? [] : [{ name: series, type: 'string' }]);

/** The series' name, then time, forecast and both ends of its interval. */
export function forecastSchema(columns: ForecastColumns): Schema {
  const { time, value } = columns;
  return distinct([...seriesColumn(columns), time, { name: `${value}_forecast`, type: 'float' }, { name: `${value}_low`, type: 'float' }, { name: `${value}_high`, type: 'float' }]);
}

/** The series' name, the last time known, the time forecast, how many steps ahead, the truth, the forecast, and the seasonal naive one. */
export function backtestSchema(columns: ForecastColumns): Schema {
  const { time, value } = columns;
  return distinct([
    ...seriesColumn(columns),
    time,
    { name: value, type: 'float' },
    { name: `${value}_forecast`, type: 'float' },
    { name: `${value}_naive`, type: 'float' },
    { name: 'known_until', type: time.type },
    { name: 'step', type: 'integer' },
  ]);
}

// The body of a function, as in the Script node: df is the first table, params are the node's values.
const letters = { kept: (text) => text, lower: (text) => text.toLowerCase(), upper: (text) => text.toUpperCase() }[params.letters];
const values = df[params.column].values;
const tidy = values.map((text) => (text === null ? null : letters(text.trim().replace(/\s+/g, ' '))));
const result = {};
for (const name of df.columns) result[name] = name === params.column ? tidy : df[name].values;
result.changed = values.map((text, i) => text !== tidy[i]);
return result;

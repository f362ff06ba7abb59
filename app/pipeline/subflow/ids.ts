/**
 * Ids in the flat document. A node inside a subflow: `subflow/node`; of one run of a repeated subflow: `subflow[2]/node`, runs from 0;
 * what puts the tables of all runs together: `subflow/=output`; what picks the rows of a run: `subflow[2]/?input`.
 */
export const flatId = (prefix: string, id: string): string => `${prefix}${id}`;
export const copyPrefix = (subflow: string, run: number | null): string => (run === null ? `${subflow}/` : `${subflow}[${run}]/`);
export const gatherId = (subflow: string, port: string): string => `${subflow}/=${port}`;
export const pickId = (subflow: string, run: number, input: string): string => `${subflow}[${run}]/?${input}`;

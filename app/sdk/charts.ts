/** Charts computed where the data are. */
export interface ChartServices {}

/** As exported reports write them. */
export { decimalsFor, formatCell, groupDigits, isNumeric, toTsv, type Cell } from '#app/reports/text/cell-format.ts';

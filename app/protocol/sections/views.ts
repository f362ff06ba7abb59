/** Looking at tables: statistics, search, charts, slices. */
export const viewsContract = {};

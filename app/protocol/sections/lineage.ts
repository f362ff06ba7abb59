/** Paths of a column through the canvas. */
export const lineageContract = {};

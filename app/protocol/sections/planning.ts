/** Before a run: estimates; why tables are kept; what the disk holds. */
export const planningContract = {};

/** The CSV reader’s live preview. */
export const csvContract = {};

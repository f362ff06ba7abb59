/** Live results of expressions while they are typed. */
export const expressionsContract = {};

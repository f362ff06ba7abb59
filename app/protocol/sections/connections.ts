/** Database connections of the project. */
export const connectionsContract = {};

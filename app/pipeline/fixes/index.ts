export { repairAll, repairsFor, repairCodes } from './repairs.ts';
export type { Repair, RepairChoice, RepairInput } from './types.ts';

import type { ColumnType } from '#app/relation/types.ts';

/** Names that people give to what tells rows, people or things apart. */

const ofRow = /^(id|uuid|guid|pk|index|idx|rowid|(row|record)[ _-]?(id|nr|no|num|number|index|key)|serial[ _-]?(nr|no|number)|unnamed: ?0)$/i;
const ends = /(^|[ _-])(id|uuid|guid)$/i;
/** `userId`, `PassengerID`; not `paid` or `GRID`. */
const camel = /[a-z](Id|ID|UUID|Guid)$/;
/** What is often measured more than once. */
const entity = /^(patient|customer|client|user|person|subject|participant|member|household|family|session|device|machine|sensor|vehicle|driver|student|player|account|tailnum)([ _-]?(nr|no|num|number|name|code|key))?$/i;

const tellsApart = (type: ColumnType): boolean => type === 'integer' || type === 'string';

/** A column that numbers or names rows, people or things. */
export const isIdentifier = (name: string, type: ColumnType): boolean => tellsApart(type) && (ofRow.test(name) || ends.test(name) || camel.test(name));

/** A column that may say whose row it is, so that several rows may be of one. */
export const saysWhose = (name: string, type: ColumnType): boolean => isIdentifier(name, type) || (tellsApart(type) && entity.test(name));

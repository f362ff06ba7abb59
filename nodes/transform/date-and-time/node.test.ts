import { expect, it } from 'vitest';
import { describeFixtures } from '#app/engine/testing.ts';
import { parseMoment } from '#app/relation/functions/date-format.ts';
import { automaticFormats } from './outputs.ts';

describeFixtures(import.meta.url);

it('reads every automatic form, and no form reads the example of another differently', () => {
  for (const { format, example } of automaticFormats) {
    const own = parseMoment(example, format);
    expect(own, format).not.toBeNull();
    for (const other of automaticFormats) expect([null, JSON.stringify(own)], `${example} by ${other.format}`).toContain(parseMoment(example, other.format) === null ? null : JSON.stringify(parseMoment(example, other.format)));
  }
});

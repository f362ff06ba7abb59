import { afterEach, describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatCount, formatDuration, formatNumber, speakUnits } from './units.ts';

afterEach(() => speakUnits('en'));

const minute = 60_000;
const day = 24 * 60 * minute;

describe('numbers for people', () => {
  it('are English unless a front end says otherwise', () => {
    expect([formatCount(1_204_331), formatNumber(0.84123), formatNumber(-2.5), formatBytes(4_100), formatDuration(3_200)]).toEqual(['1\u202f204\u202f331', '0.8412', '−2.500', '4.1 kB', '3.2 s']);
    expect([0, 2 * minute, 3 * 60 * minute, day, 3 * day].map((age) => formatAgo(0, age))).toEqual(['just now', '2 min ago', '3 h ago', 'yesterday', '3 days ago']);
  });

  it('have a comma and German words in German', () => {
    speakUnits('de');
    expect([formatCount(1_204_331), formatNumber(0.84123), formatNumber(1.5e-7), formatBytes(4_100), formatDuration(3_200), formatDuration(125_000)]).toEqual(['1\u202f204\u202f331', '0,8412', '1,50e−7', '4,1 kB', '3,2 s', '2 min 05 s']);
    expect([0, 2 * minute, 3 * 60 * minute, day, 3 * day].map((age) => formatAgo(0, age))).toEqual(['gerade eben', 'vor 2 min', 'vor 3 h', 'gestern', 'vor 3 Tagen']);
  });
});

/** Customers with six numbers and four texts, some missing. */
export function customers(rows: number): string {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const one = (words: readonly string[]): string => (next() < 0.05 ? '' : (words[Math.floor(next() * words.length)] ?? ''));
  const number = (from: number, to: number): string => (next() < 0.05 ? '' : (from + next() * (to - from)).toFixed(2));
  const lines = Array.from({ length: rows }, () => {
    const [age, income] = [number(18, 90), number(10_000, 90_000)];
    const city = one(['Oslo', 'Bergen', 'Tromsø', 'Paris', 'Lyon', 'Rome', 'Kyiv', 'Łódź']);
    const bought = (Number(age) - 50) / 20 + (Number(income) - 50_000) / 30_000 + (city === 'Oslo' ? 1 : 0) + 2 * next() - 1 > 0;
    return [age, income, number(0, 1), number(0, 500), number(-5, 5), number(1, 9), city, one(['web', 'shop', 'phone']), one(['basic', 'plus', 'pro']), one(['a', 'b', 'c', 'd']), bought ? 'yes' : 'no'].join(',');
  });
  return `age,income,share,visits,score,rank,city,channel,plan,grade,bought\n${lines.join('\n')}\n`;
}

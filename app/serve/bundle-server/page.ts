import { randomBytes } from 'node:crypto';
import type { ServedModel } from './model.ts';

export interface PageOptions {
  readonly predict: string;
  /** Where explanations are asked for; null: the server gives none. */
  readonly explain: string | null;
  readonly needsToken: boolean;
  /** Further lines about the model, as text. */
  readonly notes: readonly string[];
  /** Other models of this server, by the address of their page. */
  readonly others: readonly { readonly name: string; readonly href: string }[];
}

/** The page at / and /docs: the model's fields as a form to try, and how to call it. Self-contained; nothing is loaded from elsewhere. */
export function documentationPage(model: Pick<ServedModel, 'name' | 'signature'>, options: PageOptions = { predict: '/predict', explain: null, needsToken: false, notes: [], others: [] }): { status: number; type: string; body: string; headers: Record<string, string> } {
  const nonce = randomBytes(16).toString('base64');
  const facts = { name: model.name, task: model.signature.task, target: model.signature.target.name, inputs: model.signature.inputs, ...options };
  return {
    status: 200,
    type: 'text/html',
    headers: {
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
    },
    body: page(nonce, model.name, JSON.stringify(facts).replaceAll('<', '\\u003c')),
  };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const page = (nonce: string, name: string, facts: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
form { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .75rem 1rem; }
label { display: grid; gap: .2rem; } label span { font-size: .85rem; opacity: .75; }
input, select { font: inherit; padding: .35rem .5rem; width: 100%; box-sizing: border-box; }
button { font: inherit; padding: .45rem 1.2rem; justify-self: start; align-self: end; }
pre { overflow: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; } code { font-size: .9em; }
</style>
<main>
<nav hidden></nav><h1></h1><p id="task"></p><ul id="notes"></ul>
<h2>Try it</h2><form></form><table id="why" hidden></table><pre id="answer" role="status" aria-live="polite" hidden></pre>
<h2>Call it</h2><pre id="call"></pre>
<table>
<tr><td><code id="predict"></code></td><td>JSON records, JSON predictions</td></tr>
<tr id="explains" hidden><td><code></code></td><td>what each field did to the prediction</td></tr>
<tr><td><code>POST /v2/models/${escaped(name)}/infer</code></td><td>Open Inference Protocol, version 2</td></tr>
<tr><td><code>GET /v2/health/ready</code></td><td>200 when the model answers</td></tr>
<tr><td><a href="/openapi.json"><code>GET /openapi.json</code></a></td><td>description for tools</td></tr>
</table>
</main>
<script nonce="${nonce}">
const facts = ${facts};
const $ = (selector) => document.querySelector(selector);
$('h1').textContent = facts.name;
$('#task').textContent = (facts.task === 'regression' ? 'Predicts the number ' : 'Predicts the class of ') + '“' + facts.target + '”. An empty field is a missing value.';
$('#predict').textContent = 'POST ' + facts.predict;
for (const note of facts.notes) { const item = document.createElement('li'); item.textContent = note; $('#notes').append(item); }
for (const other of facts.others) { const link = document.createElement('a'); link.href = other.href; link.textContent = other.name; $('nav').append(link, ' '); $('nav').hidden = false; }
if (facts.explain) { $('#explains').hidden = false; $('#explains code').textContent = 'POST ' + facts.explain; }
const form = $('form');
for (const input of facts.inputs) {
  const label = document.createElement('label');
  const title = document.createElement('span');
  title.textContent = input.name;
  let control;
  if (input.type === 'boolean') {
    control = document.createElement('select');
    for (const value of ['', 'true', 'false']) control.add(new Option(value, value));
  } else {
    control = document.createElement('input');
    if (input.type === 'date') control.type = 'date';
    else if (input.type === 'timestamp') { control.type = 'datetime-local'; control.step = '1'; }
    else if (input.type !== 'string') { control.type = 'number'; control.step = input.type === 'integer' ? '1' : 'any'; }
  }
  control.dataset.name = input.name;
  control.dataset.type = input.type;
  label.append(title, control);
  form.append(label);
}
const token = document.createElement('input');
if (facts.needsToken) {
  token.type = 'password'; token.autocomplete = 'off';
  const label = document.createElement('label');
  const title = document.createElement('span');
  title.textContent = 'Access token';
  label.append(title, token);
  form.append(label);
}
const button = document.createElement('button');
button.textContent = 'Predict';
form.append(button);
const headers = () => ({ 'content-type': 'application/json', ...(token.value === '' ? {} : { authorization: 'Bearer ' + token.value }) });
const record = () => Object.fromEntries([...form.querySelectorAll('[data-name]')].filter((control) => control.value !== '').map((control) => {
  const type = control.dataset.type;
  return [control.dataset.name, ['string', 'date', 'timestamp'].includes(type) ? control.value : type === 'boolean' ? control.value === 'true' : Number(control.value)];
}));
const show = () => {
  const quote = String.fromCharCode(39);
  const body = JSON.stringify([record()]).split(quote).join(quote + String.fromCharCode(92) + quote + quote);
  $('#call').textContent = 'curl -H ' + quote + 'Content-Type: application/json' + quote + ' -d ' + quote + body + quote + ' ' + location.origin + facts.predict + (facts.needsToken ? ' -H ' + quote + 'Authorization: Bearer TOKEN' + quote : '');
};
form.addEventListener('input', show);
show();
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = $('#answer');
  answer.hidden = false;
  try {
    const response = await fetch(facts.predict, { method: 'POST', headers: headers(), body: JSON.stringify([record()]) });
    const value = await response.json();
    answer.textContent = JSON.stringify(value.predictions ? value.predictions[0] : value, null, 2);
    if (!facts.explain || !response.ok) return;
    const told = await (await fetch(facts.explain, { method: 'POST', headers: headers(), body: JSON.stringify([record()]) })).json();
    const why = $('#why');
    why.replaceChildren();
    why.hidden = !told.explanations;
    if (!told.explanations) return;
    const row = (...cells) => { const line = document.createElement('tr'); for (const cell of cells) { const td = document.createElement('td'); td.textContent = cell; line.append(td); } why.append(line); };
    row('Field', 'Contribution' + (told.class === undefined ? '' : ' to “' + told.class + '”') + ', in ' + told.scale);
    const one = told.explanations[0];
    for (const [name, by] of Object.entries(one.contributions).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))) row(name, by.toPrecision(3) + (one.errors && one.errors[name] !== null ? ' ± ' + one.errors[name].toPrecision(2) : ''));
  } catch { answer.textContent = 'The server does not answer.'; }
});
</script>
</html>
`;

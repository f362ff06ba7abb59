import type { Diagnostic } from '#app/core/errors.ts';
import { inGerman } from './sentences-de.ts';
import { pageWords, type PageLanguage } from './words.ts';

/** Address of the pages' one file of styles. */
export const pageStylePath = '/signin.css';

/** The pages run no script and take nothing from elsewhere; forms go to this server only. */
export const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Where signing in with a provider begins. */
export interface ProviderButton {
  readonly label: string;
  readonly href: string;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? '');
const filled = (text: string, name: string): string => text.replace('{}', () => name);

const logo =
  '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#2f5fdb"/><path d="M7 9h6.5a4 4 0 0 1 4 4v6a4 4 0 0 0 4 4H25" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/><circle cx="23.5" cy="10" r="3" fill="#fff" opacity=".55"/></svg>';
const marks = {
  bad: '<path d="M8 1.5 15 14H1z"/><path d="M8 6v4M8 12v.2"/>',
  warn: '<circle cx="8" cy="8" r="6.5"/><path d="M8 4.5V8l2.5 1.5"/>',
  good: '<circle cx="8" cy="8" r="6.5"/><path d="m5 8.2 2 2 4-4.4"/>',
} as const;

function note(tone: keyof typeof marks, sentences: readonly string[], more = ''): string {
  const mark = `<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${marks[tone]}</svg>`;
  return `<div class="note ${tone}" role="${tone === 'good' ? 'status' : 'alert'}" id="problem">${mark}<div>${sentences.map((sentence) => `<p>${escape(sentence)}</p>`).join('')}${more}</div></div>`;
}

/** A failure as the page says it, in its language. */
function failureNote(language: PageLanguage, failure: Pick<Diagnostic, 'code' | 'message' | 'remedy'> | null | undefined): string {
  if (!failure) return '';
  const say = (sentence: string): string => (language === 'de' ? inGerman(sentence) : sentence);
  return note(failure.code === 'locked-out' ? 'warn' : 'bad', [say(failure.message), ...(failure.remedy === undefined ? [] : [say(failure.remedy)])]);
}

function page(language: PageLanguage, title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${pageStylePath}">
${head}<title>${escape(title)} – Penstock</title>
</head>
<body>
<header class="brand">${logo}Penstock</header>
<main>
${body}
</main>
</body>
</html>
`;
}

const hidden = (name: string, value: string | null): string => (value === null ? '' : `<input type="hidden" name="${name}" value="${escape(value)}">`);
const heading = (title: string, what = ''): string => `<h1>${escape(title)}</h1>${what === '' ? '' : `<p class="what">${escape(what)}</p>`}`;
/** The provider's button with what it is to come back with. */
const leading = (provider: ProviderButton, label: string, query: Readonly<Record<string, string>>): ProviderButton => ({ label: filled(label, provider.label), href: Object.keys(query).length === 0 ? provider.href : `${provider.href}?${new URLSearchParams(query)}` });
const link = ({ href, label }: ProviderButton, kind = ''): string => `<a class="button ${kind}" href="${escape(href)}">${escape(label)}</a>`;

function field(about: { readonly label: string; readonly name: string; readonly kind: 'text' | 'password'; readonly complete: string; readonly value?: string; readonly invalid?: boolean; readonly focus?: boolean; readonly hint?: string; readonly more?: string }): string {
  const described = [...(about.invalid ? ['problem'] : []), ...(about.hint === undefined ? [] : [`${about.name}-hint`])].join(' ');
  const attributes = [
    `id="${about.name}" name="${about.name}" type="${about.kind}" autocomplete="${about.complete}" required`,
    'spellcheck="false" autocapitalize="none"',
    about.value === undefined || about.value === '' ? '' : `value="${escape(about.value)}"`,
    about.invalid ? 'aria-invalid="true"' : '',
    described === '' ? '' : `aria-describedby="${described}"`,
    about.focus ? 'autofocus' : '',
    about.more ?? '',
  ];
  return `<div><label for="${about.name}">${escape(about.label)}</label><input ${attributes.filter((one) => one !== '').join(' ')}>${about.hint === undefined ? '' : `<p class="hint" id="${about.name}-hint">${escape(about.hint)}</p>`}</div>`;
}

export interface SignInPage {
  readonly language: PageLanguage;
  /** `signed-out`, `ended`: what happened before this page. */
  readonly state?: 'fresh' | 'signed-out' | 'ended';
  /** Path to go on to. */
  readonly next?: string | null;
  /** As it was typed before. */
  readonly name?: string;
  readonly failure?: Pick<Diagnostic, 'code' | 'message' | 'remedy'> | null;
  readonly provider?: ProviderButton | null;
  /** After signing out: where the provider's own session is ended. */
  readonly endElsewhere?: ProviderButton | null;
  /** False where everybody comes from the provider. */
  readonly passwords?: boolean;
}

/** Name and password, and the provider's button. Posts `name`, `password` and `next` to /signin. Says nothing of which names exist. */
export function signInPage({ language, state = 'fresh', next = null, name = '', failure = null, provider = null, endElsewhere = null, passwords = true }: SignInPage): string {
  const words = pageWords[language];
  const title = failure?.code === 'locked-out' ? words.locked : words.signIn;
  const elsewhere = endElsewhere === null ? '' : `<p><a href="${escape(endElsewhere.href)}">${escape(filled(words.endElsewhere, endElsewhere.label))}</a></p>`;
  const before = state === 'signed-out' ? note('good', [words.signedOut, words.signedOutHow], elsewhere) : state === 'ended' ? note('warn', [words.sessionEnded, words.sessionEndedHow]) : '';
  const invalid = failure !== null && failure.code !== 'locked-out';
  const form = passwords
    ? `<form method="post" action="/signin">${hidden('next', next)}${field({ label: words.name, name: 'name', kind: 'text', complete: 'username', value: name, invalid, focus: name === '' })}${field({ label: words.password, name: 'password', kind: 'password', complete: 'current-password', invalid, focus: name !== '' })}<button class="button primary" type="submit">${escape(words.enter)}</button></form>`
    : '';
  const other = provider === null ? '' : `${passwords ? `<div class="or">${escape(words.or)}</div>` : '<div class="stack">'}${link(leading(provider, words.continueWith, { ...(next === null || next === '/' ? {} : { next }), ...(state === 'signed-out' ? { anew: '1' } : {}) }), passwords ? '' : 'primary')}${passwords ? '' : '</div>'}`;
  return page(language, failure === null ? title : `${words.error}: ${title}`, `${heading(title)}${before}${failureNote(language, failure)}${form}${other}<p class="foot">${escape(words.lost)}</p>`);
}

export interface InvitationPage {
  readonly language: PageLanguage;
  /** The link's secret; goes back with the form. */
  readonly code: string;
  /** Whose account it is; null: the first admin, who chooses a name here. */
  readonly account: string | null;
  readonly name?: string;
  readonly failure?: Pick<Diagnostic, 'code' | 'message' | 'remedy'> | null;
  readonly provider?: ProviderButton | null;
  /** False where everybody comes from the provider. */
  readonly passwords?: boolean;
}

/** Choose a password. Posts `code`, `name`, `password` and `repeat` to /invite. */
export function invitationPage({ language, code, account, name = '', failure = null, provider = null, passwords = true }: InvitationPage): string {
  const words = pageWords[language];
  const title = account === null ? words.first : filled(words.welcomeNamed, account);
  const wrongName = failure?.code === 'account-name' || failure?.code === 'account-exists';
  const who =
    account === null
      ? field({ label: words.firstName, name: 'name', kind: 'text', complete: 'username', value: name, invalid: wrongName, focus: failure === null || wrongName, hint: words.firstNameHow, more: 'maxlength="80"' })
      : // So that a password manager knows whose password it keeps.
        `<input type="hidden" name="name" autocomplete="username" value="${escape(account)}">`;
  const secret = { kind: 'password', complete: 'new-password', invalid: failure !== null && !wrongName, more: 'minlength="12" maxlength="256" passwordrules="minlength: 12;"' } as const;
  const form = !passwords ? '' : `<form method="post" action="/invite">${hidden('code', code)}${who}${field({ ...secret, label: words.newPassword, name: 'password', focus: account !== null || (failure !== null && !wrongName) })}${field({ ...secret, label: words.repeat, name: 'repeat' })}<div class="rules"><h2>${escape(words.rulesTitle)}</h2><ul>${words.rules.map((rule) => `<li>${escape(rule)}</li>`).join('')}</ul></div><button class="button primary" type="submit">${escape(words.finish)}</button></form>`;
  const other = provider === null ? '' : passwords ? `<div class="or">${escape(words.or)}</div>${link(leading(provider, words.instead, { invitation: code }))}` : `<div class="stack">${link(leading(provider, words.continueWith, { invitation: code }), 'primary')}</div>`;
  return page(language, failure === null ? title : `${words.error}: ${title}`, `${heading(title, account === null ? words.firstHow : passwords ? words.choose : words.chooseProvider)}${failureNote(language, failure)}${form}${other}`);
}

/** What `POST /invite` says where the two passwords are not the same; null: they are. */
export const passwordsDiffer = (language: PageLanguage, password: string, repeat: string): Pick<Diagnostic, 'code' | 'message'> | null =>
  password === repeat ? null : { code: 'passwords-differ', message: pageWords[language].differ };

/** Something went wrong and there is no form to go on with. */
export function failurePage(language: PageLanguage, failure: Pick<Diagnostic, 'code' | 'message' | 'remedy'>): string {
  const words = pageWords[language];
  return page(language, `${words.error}: ${words.wrong}`, `${heading(words.wrong)}${failureNote(language, failure)}<div class="stack">${link({ href: '/signin', label: words.again }, 'primary')}</div>`);
}

/** Signed in, but without a role in this project. `csrf`: of the session, for signing out. */
export function noRolePage(language: PageLanguage, account: string, csrf: string | null): string {
  const words = pageWords[language];
  return page(language, words.noRole, `${heading(words.noRole, filled(words.noRoleHow, account))}<form method="post" action="/signout">${hidden('csrf', csrf)}<button class="button" type="submit">${escape(words.signOut)}</button></form>`);
}

/**
 * After coming back from a provider. The session's cookie is `SameSite=Strict`: a redirect would still count as coming from the provider and
 * go without it; a page of this server that goes on by itself does not.
 */
export function goOnPage(language: PageLanguage, next: string): string {
  const words = pageWords[language];
  return page(language, words.goOn, `${heading(words.goOn, words.goOnHow)}${link({ href: next, label: words.goOnNow }, 'primary')}`, `<meta http-equiv="refresh" content="0; url=${escape(next)}">\n`);
}

/** What the pages before signing in say. */
const en = {
  signIn: 'Sign in',
  signedOut: 'You are signed out',
  signedOutHow: 'This browser no longer has access. Close it if others use it, too.',
  sessionEnded: 'Your session has ended',
  sessionEndedHow: 'Sign in again to go on where you were.',
  name: 'Name',
  password: 'Password',
  enter: 'Sign in',
  or: 'or',
  continueWith: 'Continue with {}',
  endElsewhere: 'Sign out of {}, too',
  lost: 'Lost your password, or no account yet? An admin of this server gives you a link.',
  welcome: 'Welcome',
  welcomeNamed: 'Welcome, {}',
  choose: 'Choose a password for your account.',
  chooseProvider: 'Sign in once to take over your account.',
  first: 'Make the first admin',
  firstHow: 'This server has no accounts yet. Whoever makes this one looks after it: invites people, gives roles, ends sessions.',
  firstName: 'Your name here',
  firstNameHow: 'Letters, digits and . _ @ + -; an e-mail address will do.',
  newPassword: 'New password',
  repeat: 'The same again',
  differ: 'The two passwords differ.',
  rules: ['At least 12 characters. Any will do: there is no need for digits or signs.', 'Not your name, and none of those that are tried first, such as “password1234”.', 'Some words that have nothing to do with each other are strong and easy to keep in mind.'],
  rulesTitle: 'What makes it strong',
  finish: 'Go to the project',
  instead: 'Use {} instead of a password',
  locked: 'Too many tries',
  goOn: 'Signed in',
  goOnHow: 'Going on to the project …',
  goOnNow: 'Go on now',
  again: 'Back to sign in',
  wrong: 'That did not work',
  error: 'Error',
  noRole: 'You have no role here',
  noRoleHow: 'You are signed in as {}, but nobody has given you a role in this project. Ask an admin of this server.',
  signOut: 'Sign out',
};

export type PageWords = typeof en;

const de: PageWords = {
  signIn: 'Anmelden',
  signedOut: 'Abgemeldet',
  signedOutHow: 'Dieser Browser hat keinen Zugang mehr. Am besten schließen, wenn auch andere ihn benutzen.',
  sessionEnded: 'Die Sitzung ist zu Ende',
  sessionEndedHow: 'Nach dem Anmelden geht es weiter, wo es aufgehört hat.',
  name: 'Name',
  password: 'Passwort',
  enter: 'Anmelden',
  or: 'oder',
  continueWith: 'Weiter mit {}',
  endElsewhere: 'Auch bei {} abmelden',
  lost: 'Passwort vergessen oder noch kein Konto? Ein Admin dieses Servers gibt einen Link.',
  welcome: 'Willkommen',
  welcomeNamed: 'Willkommen, {}',
  choose: 'Ein Passwort für das Konto wählen.',
  chooseProvider: 'Einmal anmelden, um das Konto zu übernehmen.',
  first: 'Den ersten Admin anlegen',
  firstHow: 'Dieser Server hat noch keine Konten. Wer dieses anlegt, kümmert sich um ihn: lädt Personen ein, vergibt Rollen, beendet Sitzungen.',
  firstName: 'Name auf diesem Server',
  firstNameHow: 'Buchstaben, Ziffern und . _ @ + -; eine E-Mail-Adresse geht auch.',
  newPassword: 'Neues Passwort',
  repeat: 'Noch einmal dasselbe',
  differ: 'Die beiden Passwörter sind verschieden.',
  rules: ['Mindestens 12 Zeichen, gleich welche: Ziffern oder Sonderzeichen müssen nicht sein.', 'Nicht der eigene Name und keines von denen, die zuerst probiert werden, wie „password1234“.', 'Einige Wörter, die nichts miteinander zu tun haben, sind stark und leicht zu merken.'],
  rulesTitle: 'Was es stark macht',
  finish: 'Zum Projekt',
  instead: '{} statt eines Passworts verwenden',
  locked: 'Zu viele Versuche',
  goOn: 'Angemeldet',
  goOnHow: 'Weiter zum Projekt …',
  goOnNow: 'Jetzt weiter',
  again: 'Zurück zur Anmeldung',
  wrong: 'Das ging nicht',
  error: 'Fehler',
  noRole: 'Keine Rolle in diesem Projekt',
  noRoleHow: 'Angemeldet als {}, aber ohne Rolle in diesem Projekt. Ein Admin dieses Servers kann eine geben.',
  signOut: 'Abmelden',
};

export type PageLanguage = 'en' | 'de';
export const pageWords: Readonly<Record<PageLanguage, PageWords>> = { en, de };

/**
 * The language of a browser that says `de-CH, en;q=0.8`: the one that it wants most of those there are; English where it says nothing.
 * @param header `Accept-Language`, as it came.
 */
export function pageLanguage(header: string | undefined): PageLanguage {
  let best: { readonly language: PageLanguage; readonly weight: number } = { language: 'en', weight: 0 };
  for (const part of (header ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...more] = part.trim().split(';');
    const weight = Number(/^\s*q=([\d.]+)\s*$/.exec(more.join(';'))?.[1] ?? '1');
    const language = /^(en|de)(-|$)/i.exec(tag)?.[1]?.toLowerCase();
    if ((language === 'en' || language === 'de') && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

/** German for what can go wrong before signing in, by the English sentence; `{}` stands for names and numbers. */
const pairs: readonly (readonly [string, string])[] = [
  ['The name or the password is wrong.', 'Der Name oder das Passwort ist falsch.'],
  ['Try again, or ask an admin for a new link.', 'Versuchen Sie es noch einmal, oder bitten Sie einen Admin um einen neuen Link.'],
  ['This account has been disabled.', 'Dieses Konto wurde gesperrt.'],
  ['This account is disabled.', 'Dieses Konto ist gesperrt.'],
  ['Ask an admin.', 'Fragen Sie einen Admin.'],
  ['Ask an admin of this server.', 'Fragen Sie einen Admin dieses Servers.'],
  ['There were too many tries. Try again in {} s.', 'Das waren zu viele Versuche. In {} s können Sie es wieder versuchen.'],
  ['There were too many tries. Try again in {} min.', 'Das waren zu viele Versuche. In {} min können Sie es wieder versuchen.'],
  ['An admin can reset the password on the server: penstock user reset NAME.', 'Ein Admin kann das Passwort auf dem Server zurücksetzen: penstock user reset NAME.'],
  ['This link is not good any more: it was used, withdrawn, or is older than a day.', 'Dieser Link gilt nicht mehr: Er wurde benutzt oder zurückgezogen oder ist älter als ein Tag.'],
  ['Ask an admin for a new one.', 'Bitten Sie einen Admin um einen neuen.'],
  ['The password is shorter than 12 characters.', 'Das Passwort ist kürzer als 12 Zeichen.'],
  ['The password is longer than 256 characters.', 'Das Passwort ist länger als 256 Zeichen.'],
  ['This password is one of those that are tried first.', 'Dieses Passwort ist eines von denen, die zuerst probiert werden.'],
  ['The password holds the name of the account.', 'Das Passwort enthält den Namen des Kontos.'],
  ['Choose at least 12 characters; some words that have nothing to do with each other are easy to keep in mind.', 'Wählen Sie mindestens 12 Zeichen; einige Wörter, die nichts miteinander zu tun haben, sind leicht zu merken.'],
  ['The name of an account is 1 to 80 letters, digits and . _ @ + -, and begins with a letter or digit.', 'Der Name eines Kontos hat 1 bis 80 Buchstaben, Ziffern und . _ @ + - und beginnt mit einem Buchstaben oder einer Ziffer.'],
  ['An e-mail address will do.', 'Eine E-Mail-Adresse geht auch.'],
  ['There is an account “{}” already.', 'Es gibt schon ein Konto „{}“.'],
  ['Choose another name, or change that account.', 'Wählen Sie einen anderen Namen, oder ändern Sie jenes Konto.'],
  ['{} did not sign you in: it was refused or given up there.', '{} hat Sie nicht angemeldet: Es wurde dort abgelehnt oder abgebrochen.'],
  ['{} did not sign you in (without a known reason).', '{} hat Sie nicht angemeldet (ohne bekannten Grund).'],
  ['{} did not sign you in ({}).', '{} hat Sie nicht angemeldet ({}).'],
  ['Begin again, or ask whoever runs this server.', 'Fangen Sie noch einmal an, oder fragen Sie, wer diesen Server betreibt.'],
  ['{} no longer takes this answer: it was used before, or came too late.', '{} nimmt diese Antwort nicht mehr an: Sie wurde schon benutzt oder kam zu spät.'],
  ['Begin again.', 'Fangen Sie noch einmal an.'],
  ['{} does not know this server, or its secret is wrong.', '{} kennt diesen Server nicht, oder sein Geheimnis ist falsch.'],
  ['Whoever runs this server must look at the client and its secret.', 'Wer diesen Server betreibt, muss den Client und sein Geheimnis prüfen.'],
  ['{} refused to say who you are.', '{} wollte nicht sagen, wer Sie sind.'],
  ['{} did not say who you are.', '{} hat nicht gesagt, wer Sie sind.'],
  ['Ask whoever runs this server.', 'Fragen Sie, wer diesen Server betreibt.'],
  ['What {} said is not valid at this server\'s time.', 'Was {} sagt, gilt nach der Uhr dieses Servers nicht.'],
  ['The clocks of the server and the provider differ: whoever runs this server must set it.', 'Die Uhren von Server und Anbieter gehen auseinander: Wer diesen Server betreibt, muss sie stellen.'],
  ['What {} answered cannot be trusted: it is not signed as it must be, or meant for somebody else.', 'Der Antwort von {} ist nicht zu trauen: Sie ist nicht richtig unterschrieben oder für jemand anderen bestimmt.'],
  ['Begin again. If it stays so, ask whoever runs this server.', 'Fangen Sie noch einmal an. Bleibt es so, fragen Sie, wer diesen Server betreibt.'],
  ['{} cannot be reached.', '{} ist nicht erreichbar.'],
  ['Try again in a while; sign in with a password meanwhile, if you have one.', 'Versuchen Sie es später wieder; melden Sie sich solange mit einem Passwort an, wenn Sie eines haben.'],
  ['Your account at the provider no longer has a role here.', 'Ihr Konto beim Anbieter hat hier keine Rolle mehr.'],
  ['Ask whoever looks after your groups there.', 'Fragen Sie, wer dort Ihre Gruppen verwaltet.'],
  ['There is no account for you here.', 'Hier gibt es kein Konto für Sie.'],
  ['Ask an admin of this server for an invitation, and open it before you sign in.', 'Bitten Sie einen Admin dieses Servers um eine Einladung, und öffnen Sie diese, bevor Sie sich anmelden.'],
  ['The provider does not say that your e-mail address is yours.', 'Der Anbieter bestätigt nicht, dass Ihre E-Mail-Adresse Ihnen gehört.'],
  ['Confirm the address there, or ask an admin of this server for an invitation.', 'Bestätigen Sie die Adresse dort, oder bitten Sie einen Admin dieses Servers um eine Einladung.'],
  ['People from your domain are let in by invitation only.', 'Personen Ihrer Domain werden nur mit Einladung eingelassen.'],
  ['Ask an admin of this server for an invitation.', 'Bitten Sie einen Admin dieses Servers um eine Einladung.'],
  ['“{}” signs in with this identity.', '„{}“ meldet sich mit dieser Identität an.'],
  ['Sign in as somebody else.', 'Melden Sie sich als jemand anderes an.'],
  ['This sign-in was not begun in this browser, or too long ago.', 'Diese Anmeldung wurde nicht in diesem Browser begonnen oder vor zu langer Zeit.'],
  ['The request could not be read.', 'Die Anfrage war nicht zu lesen.'],
  ['Go back and try again.', 'Gehen Sie zurück, und versuchen Sie es noch einmal.'],
];

const plain = new Map(pairs.filter(([english]) => !english.includes('{}')));
const patterns = pairs
  .filter(([english]) => english.includes('{}'))
  .map(([english, german]) => ({ pattern: new RegExp(`^${english.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.{1,300}?)')}$`), german }));

/** A sentence in German, where there is one. */
export function inGerman(sentence: string): string {
  const found = plain.get(sentence);
  if (found !== undefined) return found;
  for (const { pattern, german } of patterns) {
    const match = pattern.exec(sentence);
    if (match === null) continue;
    let at = 0;
    return german.replaceAll('{}', () => match[(at += 1)] ?? '');
  }
  return sentence;
}

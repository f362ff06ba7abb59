/** German for what can go wrong before signing in, by the English sentence; `{}` stands for names and numbers. */
const pairs: readonly (readonly [string, string])[] = [
  ['The name or the password is wrong.', 'Der Name oder das Passwort ist falsch.'],
  ['Try again, or ask an admin for a new link.', 'Noch einmal versuchen oder einen Admin um einen neuen Link bitten.'],
  ['This account has been disabled.', 'Dieses Konto wurde gesperrt.'],
  ['This account is disabled.', 'Dieses Konto ist gesperrt.'],
  ['Ask an admin.', 'Einen Admin fragen.'],
  ['Ask an admin of this server.', 'Einen Admin dieses Servers fragen.'],
  ['There were too many tries. Try again in {} s.', 'Das waren zu viele Versuche. In {} s geht es wieder.'],
  ['There were too many tries. Try again in {} min.', 'Das waren zu viele Versuche. In {} min geht es wieder.'],
  ['An admin can reset the password on the server: penstock user reset NAME.', 'Ein Admin kann das Passwort auf dem Server zurücksetzen: penstock user reset NAME.'],
  ['This link is not good any more: it was used, withdrawn, or is older than a day.', 'Dieser Link gilt nicht mehr: Er wurde benutzt oder zurückgezogen oder ist älter als ein Tag.'],
  ['Ask an admin for a new one.', 'Einen Admin um einen neuen bitten.'],
  ['The password is shorter than 12 characters.', 'Das Passwort ist kürzer als 12 Zeichen.'],
  ['The password is longer than 256 characters.', 'Das Passwort ist länger als 256 Zeichen.'],
  ['This password is one of those that are tried first.', 'Dieses Passwort ist eines von denen, die zuerst probiert werden.'],
  ['The password holds the name of the account.', 'Das Passwort enthält den Namen des Kontos.'],
  ['Choose at least 12 characters; some words that have nothing to do with each other are easy to keep in mind.', 'Mindestens 12 Zeichen wählen; einige Wörter, die nichts miteinander zu tun haben, sind leicht zu merken.'],
  ['The name of an account is 1 to 80 letters, digits and . _ @ + -, and begins with a letter or digit.', 'Der Name eines Kontos hat 1 bis 80 Buchstaben, Ziffern und . _ @ + - und beginnt mit einem Buchstaben oder einer Ziffer.'],
  ['An e-mail address will do.', 'Eine E-Mail-Adresse geht auch.'],
  ['There is an account “{}” already.', 'Es gibt schon ein Konto „{}“.'],
  ['Choose another name, or change that account.', 'Einen anderen Namen wählen oder jenes Konto ändern.'],
  ['{} did not sign you in: it was refused or given up there.', '{} hat niemanden angemeldet: Es wurde dort abgelehnt oder abgebrochen.'],
  ['{} did not sign you in (without a known reason).', '{} hat niemanden angemeldet (ohne bekannten Grund).'],
  ['{} did not sign you in ({}).', '{} hat niemanden angemeldet ({}).'],
  ['Begin again, or ask whoever runs this server.', 'Noch einmal anfangen oder fragen, wer diesen Server betreibt.'],
  ['{} no longer takes this answer: it was used before, or came too late.', '{} nimmt diese Antwort nicht mehr an: Sie wurde schon benutzt oder kam zu spät.'],
  ['Begin again.', 'Noch einmal anfangen.'],
  ['{} does not know this server, or its secret is wrong.', '{} kennt diesen Server nicht, oder sein Geheimnis ist falsch.'],
  ['Whoever runs this server must look at the client and its secret.', 'Wer diesen Server betreibt, muss den Client und sein Geheimnis prüfen.'],
  ['{} refused to say who you are.', '{} wollte nicht sagen, wer sich anmeldet.'],
  ['{} did not say who you are.', '{} hat nicht gesagt, wer sich anmeldet.'],
  ['Ask whoever runs this server.', 'Fragen, wer diesen Server betreibt.'],
  ['What {} said is not valid at this server\'s time.', 'Was {} sagt, gilt nach der Uhr dieses Servers nicht.'],
  ['The clocks of the server and the provider differ: whoever runs this server must set it.', 'Die Uhren von Server und Anbieter gehen auseinander: Wer diesen Server betreibt, muss sie stellen.'],
  ['What {} answered cannot be trusted: it is not signed as it must be, or meant for somebody else.', 'Der Antwort von {} ist nicht zu trauen: Sie ist nicht richtig unterschrieben oder für jemand anderen bestimmt.'],
  ['Begin again. If it stays so, ask whoever runs this server.', 'Noch einmal anfangen. Bleibt es so: fragen, wer diesen Server betreibt.'],
  ['{} cannot be reached.', '{} ist nicht erreichbar.'],
  ['Try again in a while; sign in with a password meanwhile, if you have one.', 'Später wieder versuchen; solange mit einem Passwort anmelden, wo es eines gibt.'],
  ['Your account at the provider no longer has a role here.', 'Das Konto beim Anbieter hat hier keine Rolle mehr.'],
  ['Ask whoever looks after your groups there.', 'Fragen, wer dort die Gruppen verwaltet.'],
  ['There is no account for you here.', 'Hier gibt es kein Konto zu dieser Anmeldung.'],
  ['Ask an admin of this server for an invitation, and open it before you sign in.', 'Einen Admin dieses Servers um eine Einladung bitten und sie vor dem Anmelden öffnen.'],
  ['The provider does not say that your e-mail address is yours.', 'Der Anbieter bestätigt nicht, dass die E-Mail-Adresse dieser Person gehört.'],
  ['Confirm the address there, or ask an admin of this server for an invitation.', 'Die Adresse dort bestätigen oder einen Admin dieses Servers um eine Einladung bitten.'],
  ['People from your domain are let in by invitation only.', 'Personen dieser Domain werden nur mit Einladung eingelassen.'],
  ['Ask an admin of this server for an invitation.', 'Einen Admin dieses Servers um eine Einladung bitten.'],
  ['“{}” signs in with this identity.', '„{}“ meldet sich mit dieser Identität an.'],
  ['Sign in as somebody else.', 'Als jemand anderes anmelden.'],
  ['This sign-in was not begun in this browser, or too long ago.', 'Diese Anmeldung wurde nicht in diesem Browser begonnen oder vor zu langer Zeit.'],
  ['The request could not be read.', 'Die Anfrage war nicht zu lesen.'],
  ['Go back and try again.', 'Zurückgehen und noch einmal versuchen.'],
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

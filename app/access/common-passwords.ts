/**
 * Passwords of twelve characters and more that lists of leaked ones begin with; shorter ones are refused anyway. A small list by hand: what
 * people make of keyboard rows, digits and the word itself. Lower case.
 */
export const commonPasswords: ReadonlySet<string> = new Set([
  '123456789012', '1234567890123', '12345678901234', '1234567890123456', '123456789123', '123456789987654321', '0123456789012', '012345678910', '987654321012',
  '098765432109', '111222333444', '112233445566', '123123123123', '1q2w3e4r5t6y', '1q2w3e4r5t6y7u8i', '1qaz2wsx3edc', '1qaz2wsx3edc4rfv', 'qazwsxedcrfv', 'zaq12wsxcde3',
  'qwertyuiop12', 'qwertyuiop123', 'qwertyuiopas', 'qwertyuiop[]', 'qwertyuiopasdfghjkl', 'qwerty123456', 'qwerty1234567', 'qwerty12345678', 'qwertzuiop12', 'asdfghjkl123', 'asdfghjkl;\'', 'zxcvbnm12345',
  'password1234', 'password12345', 'password123456', 'passwordpassword', 'password2023', 'password2024', 'password2025', 'password2026', 'p@ssw0rd1234', 'p@ssword1234', 'passw0rd1234', 'password!234', 'password123!', 'password1234!',
  'changeme1234', 'changemeplease', 'changeme12345', 'administrator', 'administrator1', 'admin1234567', 'admin12345678', 'adminadmin12', 'adminadminadmin', 'letmein12345', 'letmeinplease', 'welcome12345', 'welcome123456',
  'iloveyou1234', 'iloveyouforever', 'iloveyou12345', 'iloveyousomuch', 'sunshine1234', 'princess1234', 'football1234', 'baseball1234', 'superman1234', 'trustno1trustno1', 'dragon123456', 'monkey123456', 'abc123456789', 'abcd12345678', 'abcdefghijkl', 'abcdefghijklmnop', 'abcdefghijklmnopqrstuvwxyz', 'a1b2c3d4e5f6',
  'correcthorsebatterystaple', 'correct horse battery staple', 'thisisapassword', 'mypassword123', 'mypassword1234', 'secretsecret', 'secret123456', 'penstock1234', 'penstockpenstock', 'passwort1234', 'passwort12345', 'hallo1234567', 'willkommen12', 'willkommen123', 'geheimgeheim', 'test12345678', 'testtesttest', 'testing12345', 'temporary123', 'default12345',
]);

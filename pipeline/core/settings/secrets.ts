/** A name that is said to hold a secret. */
const secretName = /pass(word|wd|phrase)|secret|token|credential|api_?key|private_?key|access_?key/i;

/** Keys of AWS, private keys, a login in a URL, and assignments to a name like the above. */
const secretText =
  /AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|\/\/[^/\s:@]+:[^/\s@]+@|(password|passwd|secret|token|api_?key)\w*\s*[=:]\s*["']?[^\s"'$]/i;

/** Whether a value that everybody with access to the account may read looks as if it should not be read by them. */
export const holdsSecret = (name: string, value: string): boolean =>
  (value !== '' && secretName.test(name)) || secretText.test(value);

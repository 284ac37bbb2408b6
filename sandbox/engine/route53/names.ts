/** Other characters than these are written as `\ooo` (Route 53 developer guide, DomainNameFormat.html). */
const unusual = /[^a-z0-9_.\-\\]/gu;

/** A domain name as Route 53 keeps it: small letters, a dot at the end, `*` as `\052`. */
export function fullName(name: string): string {
  const escaped = name.toLowerCase().replaceAll(unusual, octal);
  return escaped.endsWith('.') ? escaped : `${escaped}.`;
}

const octal = (letter: string): string => `\\${(letter.codePointAt(0) ?? 0).toString(8).padStart(3, '0')}`;

/** What lists are sorted by: "the labels reversed, for example com.example.www." (API_ListResourceRecordSets.html). */
export const sortName = (name: string): string => `${name.replace(/\.$/, '').split('.').toReversed().join('.')}.`;

/** Whether a full name is the zone's or below it. */
export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/** What is wrong with a domain name's length, in Route 53's words. */
export function whyNoDomain(name: string): string | undefined {
  const labels = name.replace(/\.$/, '').split('.');
  if (name.length > 255) return `DomainNameTooLong (Domain name is too long) encountered with '${name}'`;
  if (labels.some((label) => label === ''))
    return `DomainLabelEmpty (Domain label is empty) encountered with '${name}'`;
  const long = labels.find((label) => label.length > 63);
  return long && `DomainLabelTooLong (Domain label is too long) encountered with '${long}'`;
}

import { isIPv4, isIPv6 } from 'node:net';
import type { RecordSet } from './state.ts';

/** `[name='a.example.com.', type='A', set-identifier='old']` */
export const setTitle = ({ name, type, setId }: RecordSet): string =>
  `[name='${name}', type='${type}'${setId === undefined ? '' : `, set-identifier='${setId}'`}]`;

/** Whether two record sets say the same; the order of values and the spelling of alias names do not count. */
export function sameSet(a: RecordSet, b: RecordSet): boolean {
  const text = ({ ttl, values, alias, weight, multiValue }: RecordSet) =>
    JSON.stringify([ttl, values?.toSorted(), alias, weight, multiValue === true]);
  return text(a) === text(b);
}

/** What is wrong with the values of a record set, in Route 53's words; undefined when nothing is. */
export function wrongValue({ type, values = [] }: RecordSet): string | undefined {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) return `Duplicate Resource Record: '${twice}'`;
  if (type === 'CNAME' && values.length > 1) {
    return "Invalid Resource Record: 'FATAL problem: CNAMERRDATANotSingleValue (Value contains more than one record)'";
  }
  for (const value of values) {
    const problem = rules[type]?.(value);
    if (problem !== undefined)
      return `Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${value}''`;
  }
  return undefined;
}

/** How values of a type must look; types without an entry are not checked. */
const rules: Record<string, (value: string) => string | undefined> = {
  A: (value) => (isIPv4(value) ? undefined : 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)'),
  AAAA: (value) => (isIPv6(value) ? undefined : 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)'),
  CNAME: (value) => (/^\S+$/.test(value) ? undefined : 'DomainNameIllegalCharacter (Value is not a domain name)'),
  TXT: (value) =>
    /^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/.test(value)
      ? undefined
      : 'InvalidCharacterString (Value should be enclosed in quotation marks)',
  MX: (value) => (/^\d{1,5}\s+\S+$/.test(value) ? undefined : 'MXRRDATANotTwoFields (Value must have two fields)'),
};

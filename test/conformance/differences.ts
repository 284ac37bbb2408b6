import type { Outcome, Recorded } from './bench.ts';

/** One thing in which an emulator and the sandbox are not alike. */
export interface Difference {
  operation: string;
  case: string;
  /** Path of a member (`Reservations[].Instances[].State.Name`), or `(outcome)`, `(status)`. */
  member: string;
  ours: string;
  /** `moto: absent`. */
  theirs: string;
}

/** Compares what the sandbox answered with what an emulator answered to the same calls, case by case. */
export function differencesOf(ours: Recorded[], theirs: Recorded[], name: string): Difference[] {
  return ours.flatMap((mine, index) => {
    const other = theirs[index];
    if (other?.operation !== mine.operation || other.case !== mine.case)
      throw new Error(`${name} left the sequence at ${mine.operation} "${mine.case}"`);
    return compare(mine.outcome, other.outcome).map(([member, left, right]) => ({
      operation: mine.operation,
      case: mine.case,
      member,
      ours: left,
      theirs: `${name}: ${right}`,
    }));
  });
}

type Found = [member: string, ours: string, theirs: string];

function compare(ours: Outcome, theirs: Outcome): Found[] {
  if (ours.kind === 'answer' && theirs.kind === 'answer') return compareMembers(ours.output, theirs.output);
  const [left, right] = [textOf(ours), textOf(theirs)];
  if (left !== right) return [['(outcome)', left, right]];
  const [mine, other] = [statusOf(ours), statusOf(theirs)];
  return mine === other ? [] : [['(status)', mine, other]];
}

const statusOf = (outcome: Outcome): string => (outcome.kind === 'error' ? String(outcome.status) : '200');

/** Names that an emulator gives for what it has not built. */
const unbuilt =
  /not.?(yet.?)?(been )?implemented|unknown (ec2 )?action|is not valid for this web service|NotImplemented/i;

function textOf(outcome: Outcome): string {
  if (outcome.kind === 'answer') return 'answer';
  if (unbuilt.test(`${outcome.name} ${outcome.message}`)) return 'not built';
  // An error of the SDK's own: the answer is not what the protocol says.
  if (outcome.status === undefined || outcome.status >= 500 || outcome.name === 'SyntaxError') return 'broken';
  return outcome.name;
}

function compareMembers(ours: unknown, theirs: unknown): Found[] {
  const [left, right] = [flatten(ours), flatten(theirs)];
  const found: Found[] = [];
  for (const path of [...new Set([...left.keys(), ...right.keys()])].toSorted()) {
    // What is in a list or structure that one side lacks was told already, with the list or structure.
    if (parentsOf(path).some((parent) => (left.get(parent) ?? 'absent') !== (right.get(parent) ?? 'absent'))) continue;
    const [mine, other] = [left.get(path) ?? 'absent', right.get(path) ?? 'absent'];
    if (mine !== other) found.push([path, mine, other]);
  }
  return found;
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (const { index } of path.matchAll(/\[\]|\./g)) {
    parents.push(path.slice(0, index));
    if (path.startsWith('[]', index)) parents.push(path.slice(0, index + 2));
  }
  return parents.filter((parent) => parent !== path && parent !== '');
}

/** Every member by path, with its type and, where that can be compared, its value. */
function flatten(output: unknown): Map<string, string> {
  const values = new Map<string, Set<string>>();
  const add = (path: string, text: string) => void values.set(path, (values.get(path) ?? new Set()).add(text));
  const visit = (value: unknown, path: string): void => {
    if (value === undefined) return;
    if (Array.isArray(value)) {
      // XML cannot tell an empty list from none.
      if (value.length > 0) add(path, `list of ${value.length}`);
      for (const item of value as unknown[]) visit(item, `${path}[]`);
    } else if (value instanceof Date) add(path, 'a time');
    else if (value instanceof Uint8Array) add(path, 'bytes');
    else if (typeof value === 'object' && value !== null) {
      if (path !== '') add(path, 'structure');
      for (const [key, member] of Object.entries(value))
        if (key !== '$metadata') visit(member, path === '' ? key : `${path}.${keyOf(key)}`);
    } else add(path, scalarOf(value));
  };
  visit(output, '');
  return new Map([...values].map(([path, texts]) => [path, [...texts].toSorted().join(' or ')]));
}

/** Keys of maps that are ids. */
const keyOf = (key: string): string => (/^[\da-f]{8}-[\da-f-]{27}$/.test(key) ? '<uuid>' : key);

const forms: [RegExp, string][] = [
  [/^arn:aws:.*$/, '<arn>'],
  [/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, '<uuid>'],
  [
    /\b(i|ami|sg|sgr|vpc|subnet|eni|snap|vol|lt|r|igw|dopt|ela-attach|eni-attach|vpc-cidr-assoc|acl|rtb)-[\da-f]{8,}\b/g,
    '<$1-id>',
  ],
  [/^(A[A-Z]{3}[A-Z\d]{8,}|A[A-Z\d]{20})(:.*)?$/, '<unique-id>'],
  // One in a hundred has no digit.
  [/(^|\/)((?=[A-Z]*\d)[A-Z\d]{13,24}|Z[A-Z]{13})$/g, '$1<route53-id>'],
  [/\b([\da-f]{2}:){5}[\da-f]{2}\b/g, '<mac>'],
  [/\b20\d\d-\d\d-\d\d[T ][\d:.]+( ?(Z|GMT|UTC))?/g, '<time>'],
  [/\b\d{12}\b/g, '<account>'],
  [/\b(ip-)?\d{1,3}([.-])\d{1,3}\2\d{1,3}\2\d{1,3}\b/g, '<ip>'],
  [/\b[\da-f]{16,}\b/g, '<hex>'],
  [/^[A-Za-z\d+/]{24,}={0,2}$/, '<token>'],
];

function scalarOf(value: unknown): string {
  if (typeof value === 'number' && value > 1e12) return '<milliseconds>';
  if (typeof value !== 'string') return JSON.stringify(value);
  return JSON.stringify(forms.reduce((text, [form, name]) => text.replaceAll(asGlobal(form), name), value)).slice(
    0,
    120,
  );
}

const asGlobal = (form: RegExp): RegExp => new RegExp(form.source, 'g');

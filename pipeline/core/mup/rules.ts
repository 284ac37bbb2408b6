import type { Rule } from './rule.ts';
import { appRules } from './rules/app.ts';
import { dockerRules } from './rules/docker.ts';
import { envRules } from './rules/env.ts';
import { platformRules } from './rules/platform.ts';
import { serverRules } from './rules/servers.ts';
import { webRules } from './rules/web.ts';

/** Every key that mup 1.5 knows, reads or once knew. */
export const rules: readonly Rule[] = [
  ...appRules,
  ...envRules,
  ...serverRules,
  ...dockerRules,
  ...webRules,
  ...platformRules,
];

export interface Match {
  rule: Rule | undefined;
  /** What stands for the `*` of the rule. */
  names: string[];
  /** Whether there are rules for parts of it. */
  hasParts: boolean;
}

/** The most exact rule for a key. */
export function match(path: readonly string[]): Match {
  const fitting = parts.filter(({ key }) => fits(key.slice(0, path.length), path));
  const own = fitting.filter(({ key }) => key.length === path.length);
  const best = own.sort((one, other) => wild(one.key) - wild(other.key))[0];
  return {
    rule: best?.rule,
    names: path.filter((_, at) => best?.key[at] === '*'),
    hasParts: fitting.some(({ key }) => key.length > path.length),
  };
}

const parts = rules.map((rule) => ({ rule, key: rule.key.split('.') }));

const fits = (key: readonly string[], path: readonly string[]): boolean =>
  key.length === path.length && key.every((part, at) => part === path[at] || (part === '*' && path[at] !== '[]'));

const wild = (key: readonly string[]): number => key.filter((part) => part === '*').length;

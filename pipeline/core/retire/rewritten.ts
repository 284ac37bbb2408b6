/** Where the old machine shall send what still comes to it. */
export interface Destination {
  dnsName: string;
  port: number;
  /** Name in the TLS handshake; undefined for plain HTTP. */
  serverName: string | undefined;
}

/** Files of a configuration that are rewritten, or what stands against it. */
export type Rewritten = { files: { file: string; text: string }[] } | { obstacles: string[] };

/** A file that is changed on the old machine. */
export interface Change {
  file: string;
  /** Of what the recipe was written for. */
  digest: string;
  /** As `recipeOf` writes it. */
  recipe: string;
}

/** The first line of a configuration of ours. */
export const mark = '# redeploy: forwards to the new load balancer';

/**
 * How the new configuration is made of the old one where that lies: `c 3 17` copies lines, `t …` is a line of ours. What is the
 * same does not travel: configurations hold passwords, and scripts are shown to everybody who may list them.
 */
export function recipeOf(before: string, after: string): string {
  const old = before.split('\n');
  const steps: ({ from: number; to: number } | string)[] = [];
  let next = 0;
  for (const line of after.split('\n')) {
    const at = old[next] === line ? next : old.indexOf(line);
    const last = steps.at(-1);
    if (at < 0) steps.push(line);
    else if (typeof last === 'object' && last.to === at) last.to = at + 1;
    else steps.push({ from: at + 1, to: at + 1 });
    if (at >= 0) next = at + 1;
  }
  return steps.map((step) => (typeof step === 'string' ? `t ${step}` : `c ${step.from} ${step.to}`)).join('\n');
}

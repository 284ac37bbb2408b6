import type { Context } from '../../core/context.ts';
import { askableName } from '../../core/dns.ts';
import type { Keeper, OldMachine } from '../../core/retire/machine.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';

/** Somebody has to walk there. */
const handMs = 24 * 3_600_000;

/**
 * The old balancer where no API of ours leads: each act is told, and what can be seen from outside is waited for. That an
 * image was made and the machine is gone is the user's word.
 */
export function elsewhereKeeper(ctx: Context, target: Target): Keeper {
  const { address = '' } = target.retire;
  const tell = (message: string) => ctx.report({ kind: 'note', message });
  const settled = (wanted: OldMachine['state'], what: string) =>
    until(ctx, what, { everyMs: 10_000, forMs: handMs }, async () => {
      const state = await look(ctx, target, address);
      return state === wanted ? { done: undefined } : { pending: `it is ${state}` };
    });
  return {
    find: async (id) => ({ ...described(address), id: id ?? address, state: await look(ctx, target, address) }),
    stop: async ({ state }) => {
      if (state === 'running') tell(`stop the machine at ${address} now, or its HAProxy`);
      await settled('stopped', `${address} to be silent`);
    },
    start: async ({ state }) => {
      if (state !== 'running') tell(`start the machine at ${address} again`);
      await settled('running', `${address} to answer`);
    },
    snapshot: async (_machine, name) => {
      tell(`make an image of the machine at ${address} and keep it as ${name}`);
      return 'by hand';
    },
    removeSnapshot: async () => tell(`the image of the machine at ${address} is not needed any more`),
    isSnapshotThere: async () => true,
    terminate: async () => tell(`delete the machine at ${address} now`),
    release: async () => tell(`give the address ${address} back`),
    removeLeftovers: async () => ['firewall rules, monitors and certificates of the old machine are removed by hand'],
  };
}

const described = (address: string): Omit<OldMachine, 'state' | 'id'> => ({
  name: address,
  address,
  reserved: [{ id: address, address }],
  isProtected: false,
  keptVolumes: [],
  startedAt: undefined,
  securityGroups: [],
});

/** Whatever it answers, it answers: with a certificate that is not believed, too. Some have nothing but TLS. */
async function look(ctx: Context, { retire }: Target, address: string): Promise<OldMachine['state']> {
  const headers = { host: askableName(retire.hostnames[0] ?? address) };
  for (const base of [`http://${address}:${retire.httpPort}`, `https://${address}:${retire.httpsPort}`]) {
    const isThere = await ctx.http({ url: `${base}/`, headers, timeoutMs: 5000 }).then(
      () => true,
      (error: unknown) => certificateError.test((error as { code?: string }).code ?? ''),
    );
    if (isThere) return 'running';
  }
  return 'stopped';
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const certificateError = /^(ERR_TLS_CERT|CERT_|UNABLE_TO_(GET|VERIFY)|(DEPTH_ZERO_)?SELF_SIGNED)/;

import { z } from 'zod';

const path = z.string().startsWith('/');
const port = z.int().min(1).max(65535);
const words = z.array(z.string().min(1)).min(1);

/** How the old machine's traffic can be seen. */
const traffic = z.discriminatedUnion('via', [
  z.strictObject({ via: z.literal('haproxy-socket'), socket: path.default('/run/haproxy/admin.sock') }),
  z.strictObject({ via: z.literal('haproxy-url'), url: z.url() }),
  z.strictObject({ via: z.literal('nginx-status'), url: z.url() }),
  z.strictObject({ via: z.literal('access-log'), file: path }),
  z.strictObject({ via: z.literal('cloudwatch'), quietBytesPerMinute: z.int().min(0).default(20_000) }),
  z.strictObject({ via: z.literal('command'), command: words }),
]);

const accepted = z.strictObject({
  difference: z.string().min(1).describe('The difference as `redeploy retire plan` names it; * stands for anything'),
  reason: z.string().min(10).describe('Why it is right, for whoever reads this next year'),
});

/** The old single-instance load balancer, and how it is taken out of service. */
export const retire = z
  .strictObject({
    kind: z
      .enum(['ec2', 'digitalocean', 'elsewhere'])
      .optional()
      .describe('Where the old load balancer runs; unset: there is none to retire'),
    instance: z
      .string()
      .regex(/^i-[0-9a-f]+$/, 'an instance id looks like i-0123456789abcdef0')
      .optional()
      .describe('Kind ec2: id of its instance'),
    tag: z
      .string()
      .regex(/^[^=]+=.+$/, 'write a tag as Name=old-balancer')
      .optional()
      .describe('Kind ec2, instead of `instance`: a tag that its instance alone bears, as in Name=old-balancer'),
    droplet: z.string().min(1).optional().describe('Kind digitalocean: id or name of its droplet'),
    address: z.string().min(1).optional().describe('Its public address; unset: looked up, which kind elsewhere cannot'),
    httpPort: port.default(80).describe('Its port for HTTP'),
    httpsPort: port.default(443).describe('Its port for HTTPS, compared when the new balancer has a certificate'),
    hostnames: z
      .array(z.string().regex(/^[a-z0-9*]([a-z0-9.-]*[a-z0-9])?$/i, 'a host name looks like shop.example.com'))
      .default([])
      .describe('Public names that are moved to the new load balancer'),
    appServers: z
      .array(z.string().regex(/^[^\s:]+:\d+$/, 'write an app server as address:port'))
      .default([])
      .describe('Old app servers behind it, as address:port: what `retire forward` replaces in its configuration'),
    software: z.enum(['haproxy', 'nginx']).default('haproxy').describe('Program that balances there'),
    configFile: path
      .optional()
      .describe(
        'File of its configuration that names the old app servers; unset: /etc/haproxy/haproxy.cfg. nginx names its files itself; this one is read where `nginx -T` fails',
      ),
    reload: z
      .string()
      .min(1)
      .optional()
      .describe('Shell command on it that reloads the program; unset: systemctl reload haproxy, or nginx'),
    masterSocket: path
      .default('/run/haproxy-master.sock')
      .describe('HAProxy: its master socket, through which old DDP connections are closed; Debian has it there'),
    shell: words
      .optional()
      .describe(
        'Command that runs its last argument as a shell script on the old machine, as in ["ssh", "root@lb"]; unset: Run Command of Systems Manager where its agent runs (kind ec2), else nobody can look there',
      ),
    traffic: traffic
      .optional()
      .describe(
        'How its traffic can be seen: haproxy-socket (socket), haproxy-url (url of the CSV statistics), nginx-status (url), access-log (file, in the format of nginx), cloudwatch (quietBytesPerMinute), command (prints a JSON line {source, host, requests, connections} each); unset: haproxy-socket, or all access logs of nginx',
      ),
    ignoreSources: z
      .array(z.string().min(1))
      .default([])
      .describe('Addresses whose requests do not count as traffic: uptime monitors, your own'),
    noiseRequests: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe(
        'Scanners try every public address: so many requests of one source are their noise, unless it asks for one of `hostnames` or stays connected; 0: everybody counts. What is counted goes nine days back with HAProxy, two with an access log',
      ),
    soakHours: z.number().min(0).max(2160).default(72).describe('How long it must be quiet before it may be stopped'),
    isWeekly: z
      .boolean()
      .default(true)
      .describe('Whether the quiet time must also hold one whole week, for what calls once a week'),
    stoppedHours: z
      .number()
      .min(0)
      .max(2160)
      .default(72)
      .describe('How long it must have been stopped before it may be terminated'),
    freshHours: z.number().positive().max(720).default(24).describe('How old the evidence of the step before may be'),
    paths: z.array(path).default(['/']).describe('Paths that are compared between old and new'),
    methods: z
      .array(z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']))
      .min(1)
      .default(['GET', 'HEAD'])
      .describe('Methods with which they are'),
    headers: z
      .array(z.string().toLowerCase())
      .default([
        'content-type',
        'cache-control',
        'content-security-policy',
        'strict-transport-security',
        'access-control-allow-origin',
        'x-frame-options',
        'vary',
      ])
      .describe('Headers whose values must be equal'),
    uploadBytes: z
      .int()
      .min(0)
      .max(100_000_000)
      .default(2_000_000)
      .describe('Size of the upload that both must take alike'),
    clientAddressPath: path
      .optional()
      .describe('Path of your app that answers with the address it takes the client to have; unset: not compared'),
    accept: z.array(accepted).default([]).describe('Differences that are right, each with its reason'),
    shiftPercents: z
      .array(z.int().min(1).max(100))
      .default([5, 20, 100])
      .refine((all) => all.at(-1) === 100, 'the last one is 100')
      .refine((all) => all.every((one, at) => at === 0 || one > (all[at - 1] ?? 0)), 'name them in ascending order')
      .describe('Shares of the traffic that the name moves to the new load balancer, one after the other'),
    shiftPauseSeconds: z.int().min(10).max(86_400).default(900).describe('How long each share is watched'),
    errorMarginPercent: z
      .number()
      .min(0)
      .max(100)
      .default(1)
      .describe('So many percent more failed requests than at the old one, and the name goes back'),
    latencyMarginMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(500)
      .describe('So much slower (95th percentile) than the old one, and the name goes back'),
    resolvers: z
      .array(z.string().min(1))
      .default(['1.1.1.1', '8.8.8.8'])
      .describe('DNS resolvers that must show the new address, as address or address:port'),
    closeSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(120)
      .describe('Over how long the old DDP connections of the old machine are closed, evenly'),
  })
  .describe('The old single-instance load balancer that is to be retired');

import { z } from 'zod';

// The way in: balancer and network.

const port = z.int().min(1).max(65535);
/** A public name, in lowercase. */
export const domainPattern = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const domain = z
  .string()
  .max(253)
  .regex(domainPattern, 'a name in lowercase letters, without https://, such as www.example.com');
const seconds = (min: number, max: number) => z.int().min(min).max(max);

export const balancer = z
  .strictObject({
    httpPort: port.default(80).describe('Port for HTTP; with a certificate it redirects to HTTPS'),
    httpsPort: port.default(443).describe('Port for HTTPS, used when a certificate is given'),
    domain: domain
      .optional()
      .describe(
        'Name by which people reach the app, by HTTPS. Its record is made in Route 53 when the zone is there and the name is free; otherwise it says what to add',
      ),
    otherDomains: z.array(domain).max(9).default([]).describe('Further names, such as www.example.com'),
    certificate: z
      .string()
      .startsWith('arn:')
      .optional()
      .describe(
        'ARN of the ACM certificate. Unset, with a domain: one that ACM has for all names, or one that is requested and proved by a record in Route 53 (or one that you are asked to add)',
      ),
    stickiness: z
      .boolean()
      .default(true)
      .describe(
        'Lead each browser to the same machine, by a cookie: sockjs needs it where WebSockets are blocked. Needless with DISABLE_SOCKJS',
      ),
    stickinessSeconds: seconds(1, 604_800).default(86_400).describe('How long the cookie lasts'),
    deregistrationDelaySeconds: seconds(0, 3600)
      .default(60)
      .describe('How long a machine taken out may finish its requests and hand over its DDP connections'),
    idleTimeoutSeconds: seconds(1, 4000)
      .default(60)
      .describe('Idle time after which the balancer closes a connection; DDP pings every 15 s'),
  })
  .describe('The public load balancer');

const subnets = z.array(z.string().min(1)).min(1);

export const network = z
  .strictObject({
    vpc: z.string().min(1).optional().describe('VPC, by its id or its tag Name; unset: the default VPC of the region'),
    subnets: subnets
      .optional()
      .describe(
        'Subnets, by id or tag Name, of the machines, and of the balancer unless balancerSubnets names others; unset: the default subnets. Machines in private ones get no public address, and need a NAT gateway or VPC endpoints',
      ),
    balancerSubnets: subnets
      .optional()
      .describe(
        'Public subnets of the balancer, in at least two zones and one a zone, where those of the machines are private',
      ),
  })
  .describe('Where machines and balancer live');

import { describe, expect, it } from 'vitest';
import { callersInTable, otherNames, rewriteHaproxy } from '../../../pipeline/core/retire/haproxy.ts';

const config = `global
    daemon
defaults
    mode http
    timeout client 30s

frontend web
    bind *:80
    acl isBlog hdr(host) -i blog.example.com
    use_backend blog if isBlog
    default_backend app
frontend stats
    bind 127.0.0.1:8404
    stats enable
backend app
    balance leastconn
    cookie SERVERID insert indirect
    server app1 10.0.0.11:3000 check cookie a
    server app2 10.0.0.12:3000 check cookie b
backend blog
    server blog 10.0.0.20:2368
`;
const to = { dnsName: 'shop-1.elb.amazonaws.com', port: 443, serverName: 'shop.example.com' };
const textOf = (text: string, servers: string[], where = to) => {
  const rewritten = rewriteHaproxy({ file: 'haproxy.cfg', text }, servers, where);
  return 'files' in rewritten ? (rewritten.files[0]?.text ?? '') : rewritten.obstacles.join('\n');
};

describe('the forwarding configuration', () => {
  const text = textOf(config, ['10.0.0.11:3000', '10.0.0.12:3000']);

  it('leads the old app servers to the new balancer with TLS and its name, and keeps the old lines as comments', () => {
    expect(text).toContain(
      'server redeploy shop-1.elb.amazonaws.com:443 ssl verify required ca-file @system-ca sni str(shop.example.com) verifyhost shop.example.com resolvers redeploy',
    );
    expect(text).toContain('# redeploy: server app1 10.0.0.11:3000 check cookie a');
    expect(text.match(/server redeploy /g)).toHaveLength(1);
  });

  it('leaves the backends of others alone', () => {
    expect(text).toContain('\n    server blog 10.0.0.20:2368');
  });

  it('counts visitors by source and name, and not who reads the statistics', () => {
    expect(text.match(/track-sc2/g)).toHaveLength(1);
    expect(text).toContain('backend redeploy_residual');
  });

  it('says what it does not find, and refuses mode tcp', () => {
    expect(textOf(config, ['10.0.0.99:3000'])).toBe('no server line leads to 10.0.0.99:3000');
    expect(textOf(config.replace('mode http', 'mode tcp'), ['10.0.0.11:3000'])).toContain(
      '"backend app" is in mode tcp',
    );
  });
});

it('finds the names that the configuration treats apart', () => {
  expect(otherNames(config, ['shop.example.com'])).toEqual(['blog.example.com']);
});

it('reads who came last, and from when on, out of the table', () => {
  const nineDays = 9 * 86_400_000;
  const table = `# table: redeploy_residual, type: string, size:51200, used:1
0x55: key=203.0.113.7|198.51.100.2 use=0 exp=${nineDays - 5000} shard=0 http_req_cnt=3 conn_cur=1`;
  expect(callersInTable(table, 1_000_000)).toEqual([
    { source: '203.0.113.7', host: '198.51.100.2', requests: 3, connections: 1, lastAt: 995_000 },
  ]);
});

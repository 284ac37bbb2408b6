import { describe, expect, it } from 'vitest';
import { otherServerNames, rewriteNginx, surroundingsIn } from '../../../pipeline/core/retire/nginx.ts';
import { recipeOf } from '../../../pipeline/core/retire/rewritten.ts';

const site = (location: string) => `upstream app { # both of them
    ip_hash;
    server 10.0.0.11:3000;
    server 10.0.0.12:3000;
}
server {
    listen 443 ssl;
    proxy_set_header X-Real-IP $remote_addr;
    location / {
        ${location}
    }
    location /blog/ { proxy_pass http://10.0.0.20:2368; }
}
`;
const surroundings = surroundingsIn(
  'resolver 10.0.0.2\nresolver fd00::2\nauthorities /etc/ssl/certs/ca-certificates.crt\n',
);
const change = {
  appServers: ['10.0.0.11:3000', '10.0.0.12:3000'],
  to: { dnsName: 'shop-1.elb.amazonaws.com', port: 443, serverName: 'shop.example.com' },
  ...surroundings,
};
const said = (text: string, more: Partial<typeof change> = {}) => {
  const rewritten = rewriteNginx(text, { ...change, ...more });
  return 'text' in rewritten ? rewritten.text : rewritten.obstacles;
};

describe('the forwarding configuration of nginx', () => {
  it('leads to the new balancer by a name that is looked up again, over TLS that is verified', () => {
    expect(said(site('proxy_pass http://app;'))).toContain(`    location / {
        # redeploy: proxy_pass http://app;
        resolver 10.0.0.2 [fd00::2];
        set $redeploy_balancer shop-1.elb.amazonaws.com;
        proxy_pass https://$redeploy_balancer:443;
        proxy_http_version 1.1;
        proxy_ssl_server_name on;
        proxy_ssl_name shop.example.com;
        proxy_ssl_verify on;
        proxy_ssl_verify_depth 4;
        proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
        proxy_set_header X-Real-IP "$remote_addr";
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
    }
    location /blog/ { proxy_pass http://10.0.0.20:2368; }`);
  });

  it('keeps the headers that are there, and takes what would say otherwise away', () => {
    const text = said(
      site(
        'proxy_set_header Host shop; proxy_set_header Connection ""; proxy_http_version 1.0; proxy_pass http://app/;',
      ),
    );
    expect(text).toContain('proxy_set_header Host shop;');
    expect(text).toContain('# redeploy: proxy_set_header Connection "";');
    expect(text).not.toMatch(/^(?!.*#).*(1\.0;|Host \$host|Connection "")/m);
  });

  it.each([
    [
      'an app server that nothing leads to',
      site('proxy_pass http://app;'),
      { appServers: [...change.appServers, '10.0.0.13:3000'] },
      'no proxy_pass leads to 10.0.0.13:3000',
    ],
    [
      'an upstream with other servers',
      site('proxy_pass http://app;'),
      { appServers: ['10.0.0.11:3000'] },
      'upstream app also leads to 10.0.0.12:3000',
    ],
    [
      'a path that is changed',
      site('proxy_pass http://app/api/;'),
      {},
      '"location /" changes the path (proxy_pass http://app/api/)',
    ],
    [
      'a proxy_pass in an if',
      site('if ($x) { proxy_pass http://app; }'),
      {},
      '"if ($x)": a proxy_pass inside of an if cannot be rewritten',
    ],
    [
      'no HTTP',
      'stream { server { listen 1; proxy_pass 10.0.0.11:3000; } }',
      { appServers: ['10.0.0.11:3000'] },
      '"server" passes no HTTP: only http can be forwarded',
    ],
    ['no resolver', site('proxy_pass http://app;'), { resolvers: [] }, '/etc/resolv.conf there names no resolver'],
    [
      'no authorities',
      site('proxy_pass http://app;'),
      { authorities: undefined },
      'it has no file of trusted authorities: install ca-certificates there',
    ],
    [
      'braces that do not match',
      'server { location / { proxy_pass http://app; }',
      {},
      'its braces do not match: nginx would not read it either',
    ],
  ])('refuses %s', (_, text, more, obstacle) => {
    expect(said(text, more as Partial<typeof change>)).toContain(obstacle);
  });
});

it('sends only the lines that are new', () => {
  const before = 'a\nsecret\nb\nc';
  expect(recipeOf(before, 'mark\na\nsecret\n# b\nnew\nc\nsecret')).toBe('t mark\nc 1 2\nt # b\nt new\nc 4 4\nc 2 2');
});

it('finds the names that it serves besides', () => {
  const text = `server { server_name shop.example.com blog.example.com; }
# server_name old.example.com;
server {
    server_name _ *.shop.example.org;
}`;
  expect(otherServerNames(text, ['shop.example.com'])).toEqual(['blog.example.com', '*.shop.example.org']);
});

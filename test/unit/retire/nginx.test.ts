import { describe, expect, it } from 'vitest';
import { filesInDump, unloggedPlaces } from '../../../pipeline/core/retire/nginx-logs.ts';
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
const file = '/etc/nginx/nginx.conf';
const said = (text: string, more: Partial<typeof change> = {}) => {
  const rewritten = rewriteNginx([{ file, text }], { ...change, ...more });
  return 'files' in rewritten ? rewritten.files[0]?.text : rewritten.obstacles;
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
      '/etc/nginx/nginx.conf: upstream app also leads to 10.0.0.12:3000',
    ],
    [
      'a path that is changed',
      site('proxy_pass http://app/api/;'),
      {},
      '/etc/nginx/nginx.conf: "location /" changes the path (proxy_pass http://app/api/)',
    ],
    [
      'a proxy_pass in an if',
      site('if ($x) { proxy_pass http://app; }'),
      {},
      '/etc/nginx/nginx.conf: "if ($x)": a proxy_pass inside of an if cannot be rewritten',
    ],
    [
      'no HTTP',
      'stream { server { listen 1; proxy_pass 10.0.0.11:3000; } }',
      { appServers: ['10.0.0.11:3000'] },
      '/etc/nginx/nginx.conf: "server" passes no HTTP: only http can be forwarded',
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
      '/etc/nginx/nginx.conf: its braces do not match: nginx would not read it either',
    ],
  ])('refuses %s', (_, text, more, obstacle) => {
    expect(said(text, more as Partial<typeof change>)).toContain(obstacle);
  });
});

describe('an nginx whose configuration lies in several files', () => {
  const main = { file, text: 'http { include conf.d/*.conf; include /etc/nginx/sites-enabled/*; }' };
  const at = (name: string, text: string) => ({ file: `/etc/nginx/${name}`, text });
  const upstream = at('conf.d/app.conf', 'upstream app { server 10.0.0.11:3000; server 10.0.0.12:3000; }');
  const rewritten = (...files: { file: string; text: string }[]) => {
    const found = rewriteNginx([main, ...files], change);
    return 'files' in found ? Object.fromEntries(found.files.map((one) => [one.file, one.text])) : found.obstacles;
  };

  it('has each file changed that leads to the old app servers, and no other', () => {
    const files = rewritten(
      upstream,
      at('proxy_params', 'proxy_set_header Host $http_host;\nproxy_http_version 1.1;'),
      at('sites-enabled/shop', 'server { location / { include proxy_params; proxy_pass http://app; } }'),
      at('sites-enabled/api', 'server { location / { proxy_pass http://10.0.0.11:3000; } }'),
      at('sites-enabled/blog', 'server { location / { proxy_pass http://10.0.0.20:2368; } }'),
    ) as Record<string, string>;
    expect(Object.keys(files)).toEqual(['/etc/nginx/sites-enabled/shop', '/etc/nginx/sites-enabled/api']);
    const { '/etc/nginx/sites-enabled/shop': shop = '' } = files;
    expect(shop).toContain('include proxy_params;');
    // A second Host would be a bad request.
    expect(shop).not.toMatch(/^\s*proxy_set_header Host|^\s*proxy_http_version/m);
    expect(shop).toContain('proxy_set_header Upgrade $http_upgrade;');
  });

  it('has a file changed once that several sites include, where all of them want the same', () => {
    const snippet = at('snippets/app.conf', 'location / { proxy_pass http://app; }');
    const one = at('sites-enabled/one', 'server { listen 1; include snippets/app.conf; }');
    const two = (more: string) => at('sites-enabled/two', `server { listen 2; ${more} include snippets/app.conf; }`);
    expect(Object.keys(rewritten(upstream, one, two(''), snippet))).toEqual(['/etc/nginx/snippets/app.conf']);
    expect(rewritten(upstream, one, two('proxy_set_header X-Site two;'), snippet)).toEqual([
      '/etc/nginx/snippets/app.conf is included in several places, which set other headers: write it out in each',
    ]);
  });

  it('is refused, naming the file, where another file says what must be said otherwise', () => {
    const params = at('proxy_params', 'proxy_set_header Connection "";');
    const shop = at('sites-enabled/shop', 'server { location / { include proxy_params; proxy_pass http://app; } }');
    expect(rewritten(upstream, params, shop)).toEqual([
      '"location /" in /etc/nginx/sites-enabled/shop has "proxy_set_header Connection ;" from /etc/nginx/proxy_params: write the proxy_pass and this into one file',
    ]);
    expect(rewritten(upstream, at('sites-enabled/shop', 'server { location / {'))).toContain(
      '/etc/nginx/sites-enabled/shop: its braces do not match: nginx would not read it either',
    );
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

describe('an nginx whose access log is read', () => {
  const dump = (site: string) => `# configuration file /etc/nginx/nginx.conf:
http { access_log /var/log/nginx/access.log; include sites-enabled/*; }
# configuration file /etc/nginx/sites-enabled/shop:
${site}
`;
  const keys = (site: string, read?: string) => unloggedPlaces(filesInDump(dump(site)), read).map(({ key }) => key);
  const site = (words: string) =>
    `server { server_name shop.example.com; ${words} location / { proxy_pass http://a; } }`;

  it('shows who comes to places that are logged, and names those that are not', () => {
    expect(keys(site(''))).toEqual([]);
    expect(keys(site('access_log /var/log/nginx/shop.log;'))).toEqual([]);
    expect(keys(site('location /health { access_log off; return 200; }'))).toEqual([]);
    expect(keys(site('location /api { access_log off; proxy_pass http://a; }'))).toEqual([
      'access log of location /api of shop.example.com',
    ]);
    for (const off of ['off', 'syslog:server=10.0.0.9', '/var/log/nginx/$host.log'])
      expect(keys(site(`access_log ${off};`))).toEqual([
        'access log of shop.example.com',
        'access log of location / of shop.example.com',
      ]);
    expect(keys(site('access_log /var/log/nginx/shop.log;'), '/var/log/nginx/access.log')).toHaveLength(2);
  });
});

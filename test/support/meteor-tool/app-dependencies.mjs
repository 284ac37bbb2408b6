import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';

/** Copies the npm packages that the app's server code imports, with what they need, next to those of Meteor's packages. */
export function copyDependencies(app, metafile, target) {
  const modules = path.join(app.directory, 'node_modules');
  const wanted = externalsOf(metafile);
  const missing = wanted.filter((name) => !fs.existsSync(path.join(modules, name)));
  if (missing.length > 0) {
    const list = missing.map((name) => `  ${JSON.stringify(name)} (os.linux.x86_64)`).join('\n');
    process.stderr.write(`\nUnable to resolve some modules:\n\n${list}\n\n`);
    process.stderr.write(`Consider running: meteor npm install --save ${missing.join(' ')}\n`);
  }
  const seen = new Set(missing);
  const queue = wanted.filter((name) => !seen.has(name));
  while (queue.length > 0) {
    const name = queue.shift();
    const from = path.join(modules, name);
    if (seen.has(name) || !fs.existsSync(from)) continue;
    seen.add(name);
    fs.cpSync(from, path.join(target, name), { recursive: true, verbatimSymlinks: true });
    queue.push(...Object.keys(JSON.parse(fs.readFileSync(path.join(from, 'package.json'), 'utf8')).dependencies ?? {}));
  }
}

function externalsOf({ inputs }) {
  const imports = Object.values(inputs).flatMap(({ imports: list }) => list);
  const names = imports.filter(({ external }) => external).map(({ path: id }) => packageName(id));
  return [...new Set(names)].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
}

function packageName(id) {
  return id.startsWith('@') ? id.split('/', 2).join('/') : id.split('/', 1)[0];
}

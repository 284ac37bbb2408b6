import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { compileClient } from './compile.mjs';
import { filesBelow, json, sha1, writeFile } from './files.mjs';

export const WEB_ARCHS = ['web.browser', 'web.browser.legacy'];

/** Writes programs/<arch>: script and style named by their hash, page fragments, statistics, manifest. */
export async function writeWebProgram(app, arch, bundle, options) {
  const root = path.join(bundle, 'programs', arch);
  const { outputFiles, metafile } = await compileClient(app, arch, options);
  const script = Buffer.from(outputFiles[0].contents);
  const style = Buffer.from(await styleOf(app, options));
  const { head, body } = fragmentsOf(app);
  const manifest = [
    asset('css', style),
    asset('js', script, statistics(script, metafile)),
    ...publicFiles(app),
    fragment('head', head),
    fragment('body', body),
  ];
  for (const { content, entry } of manifest) writeFile(root, entry.path, content, { readOnly: true });
  for (const { stats, entry } of manifest)
    if (stats) writeFile(root, `${entry.hash}.stats.json`, json(stats), { readOnly: true });
  const program = { format: 'web-program-pre1', manifest: manifest.map(({ entry }) => entry) };
  writeFile(root, 'program.json', json(program), { readOnly: true });
}

function asset(type, content, stats) {
  const hash = sha1(content);
  const name = `${hash}.${type}`;
  const url = `/${name}?meteor_${type}_resource=true`;
  const entry = {
    path: name,
    where: 'client',
    type,
    cacheable: true,
    url,
    size: content.length,
    hash,
    replaceable: false,
  };
  return { content, stats, entry };
}

function fragment(type, content) {
  return { content, entry: { path: `${type}.html`, where: 'internal', type, hash: sha1(content), replaceable: false } };
}

/** Bytes by module, as the bundle visualizer reads them. */
function statistics(script, { outputs }) {
  const [{ inputs }] = Object.values(outputs);
  const minifiedBytesByPackage = {};
  for (const [name, { bytesInOutput }] of Object.entries(inputs)) {
    const owner =
      /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? (name.includes('meteor-tool') ? 'meteor' : 'app');
    minifiedBytesByPackage[owner] = (minifiedBytesByPackage[owner] ?? 0) + bytesInOutput;
  }
  return { minifier: { name: 'stand-in' }, totalMinifiedBytes: script.length, minifiedBytesByPackage };
}

/** Every style sheet of the app outside imports/, in the order of their paths. */
async function styleOf(app, { debug }) {
  const sheets = sourceFiles(app, '.css').map((file) => fs.readFileSync(file, 'utf8'));
  const { code } = await esbuild.transform(sheets.join('\n'), { loader: 'css', minify: !debug });
  return code;
}

/** What static-html makes of the app's .html files. */
function fragmentsOf(app) {
  const pages = sourceFiles(app, '.html').map((file) => fs.readFileSync(file, 'utf8'));
  const inside = (tag) =>
    pages.map((page) => new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(page)?.[1].trim() ?? '').join('\n');
  return { head: inside('head'), body: inside('body') };
}

function publicFiles(app) {
  const root = path.join(app.directory, 'public');
  return filesBelow(root).map((file) => {
    const content = fs.readFileSync(file);
    const name = path.relative(root, file).split(path.sep).join('/');
    const entry = { path: `app/${name}`, where: 'client', type: 'asset', cacheable: false, url: `/${name}` };
    return { content, entry: { ...entry, size: content.length, hash: sha1(content) } };
  });
}

function sourceFiles(app, extension) {
  return filesBelow(path.join(app.directory, 'client')).filter((file) => file.endsWith(extension));
}

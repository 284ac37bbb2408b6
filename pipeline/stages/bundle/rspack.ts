import { readFile } from 'node:fs/promises';
import path from 'node:path';

interface PackageJson {
  meteor?: { buildContext?: string; assetsContext?: string; chunksContext?: string };
}

/**
 * Which paths, relative to the app, are made by Meteor's Rspack integration (3.4 and newer) while it builds: it writes beside
 * the sources, and package.json may say where. https://docs.meteor.com/about/modern-build-stack/rspack-bundler-integration.html
 */
export async function rspackFilter(directory: string): Promise<(relative: string) => boolean> {
  const packages = await readIfThere(path.join(directory, '.meteor/packages'));
  if (!/^rspack(@|\s|$)/m.test(packages)) return () => false;
  const {
    buildContext = '_build',
    assetsContext = 'build-assets',
    chunksContext = 'build-chunks',
  } = ownNames(await readIfThere(path.join(directory, 'package.json')));
  // Tests and other local directories of Meteor have theirs with a suffix.
  const isNamed = (part: string, name: string) => part === name || part.startsWith(`${name}-`);
  return (relative) => {
    const [first = '', second] = relative.split('/');
    if (second === undefined) return first === '.rsdoctor' || isNamed(first, buildContext);
    return isNamed(second, assetsContext) || isNamed(second, chunksContext);
  };
}

/** Meteor itself complains of a package.json that is no JSON. */
function ownNames(text: string): NonNullable<PackageJson['meteor']> {
  try {
    return (JSON.parse(text) as PackageJson).meteor ?? {};
  } catch {
    return {};
  }
}

const readIfThere = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** mup lets an app be called anything without a blank; AWS and redeploy.json take lowercase letters, digits and hyphens. */
export function safeName(name: string, max = 20): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, max)
    .replace(/-+$/, '');
}

/** The environment that a mup configuration is for: `mup.staging.js`, `.deploy/staging/mup.js`; production otherwise. */
export function environmentOf(file: string): string {
  const [name = '', directory = ''] = file.split(/[\\/]/).toReversed();
  const inName = safeName(/^mup[.-](.+)\.[cm]?js$/.exec(name)?.[1] ?? '', 11);
  if (inName !== '') return inName;
  const inDirectory = /(?:^|[.-])(staging|production|prod|test|testing|qa|development|dev|demo)$/.exec(directory)?.[1];
  return inDirectory ?? 'production';
}

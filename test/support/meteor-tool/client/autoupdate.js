// Hot code push: a client whose program differs from the server's loads the page again; new CSS alone is swapped in.
import { Meteor } from './meteor.js';

const COLLECTION = 'meteor_autoupdate_clientVersions';
const config = globalThis.__meteor_runtime_config__;
const arch = config.kind;
const own = config.autoupdate.versions[arch];

function swapStyles(assets) {
  const old = [...document.querySelectorAll('link.__meteor-css__')];
  for (const { url } of assets) {
    const link = document.createElement('link');
    Object.assign(link, { rel: 'stylesheet', className: '__meteor-css__', href: url });
    link.addEventListener('load', () => old.forEach((one) => one.remove()));
    document.head.append(link);
  }
}

const versions = new Map();

Meteor.connection.registerStoreClient(COLLECTION, {
  update({ id, fields }) {
    const version = { ...versions.get(id), ...fields };
    versions.set(id, version);
    if (id !== arch) return;
    if (version.versionNonRefreshable !== own.versionNonRefreshable) location.reload();
    else if (version.versionRefreshable !== own.versionRefreshable) {
      own.versionRefreshable = version.versionRefreshable;
      swapStyles(version.assets);
    }
  },
});
Meteor.subscribe(COLLECTION);

// Tells every client which version of its program this server has; a client of another version reloads itself.
const { Meteor } = Package.meteor;
const { clientPrograms } = Package.webapp.WebApp;

Meteor.publish('meteor_autoupdate_clientVersions', function publishVersions() {
  for (const [arch, { versions, manifest }] of Object.entries(clientPrograms)) {
    const assets = manifest.filter(({ type }) => type === 'css').map(({ url }) => ({ url }));
    this.added('meteor_autoupdate_clientVersions', arch, { ...versions, assets });
  }
  this.ready();
});

Package.autoupdate = { Autoupdate: { versions: global.__meteor_runtime_config__.autoupdate.versions } };

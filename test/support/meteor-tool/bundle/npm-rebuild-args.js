/** Arguments of `npm rebuild`; METEOR_NPM_REBUILD_FLAGS replaces the default. */
exports.get = function get() {
  const flags = process.env.METEOR_NPM_REBUILD_FLAGS;
  return ['rebuild', ...(flags === undefined ? ['--update-binary'] : flags.split(/\s+/).filter(Boolean))];
};

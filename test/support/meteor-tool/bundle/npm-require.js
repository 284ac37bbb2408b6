const { createRequire } = require('module');
const path = require('path');

/** Finds npm modules in the package's own folder, then in the app's, then among the server's dependencies. */
exports.createNpmRequire = function createNpmRequire(serverDir, ownFolder) {
  const places = [ownFolder, 'npm/node_modules', 'node_modules'].filter(Boolean);
  const requires = places.map((place) => createRequire(path.join(serverDir, place, '..', 'from.js')));
  return function npmRequire(id) {
    let missing;
    for (const require of requires) {
      try {
        return require(id);
      } catch (error) {
        if (error.code !== 'MODULE_NOT_FOUND' || !error.message.includes(`'${id}'`)) throw error;
        missing = missing || error;
      }
    }
    throw missing;
  };
};

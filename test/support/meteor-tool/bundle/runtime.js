const fs = require('fs');
const path = require('path');
const vm = require('vm');
const { createNpmRequire } = require('./npm-require.js');

/** A function that runs one file of the program with `Npm`, `Assets` and `require` of its own. */
exports.createLoader = function createLoader(serverDir) {
  return async function load(file) {
    const filename = path.resolve(serverDir, file.path);
    const npmRequire = createNpmRequire(serverDir, file.node_modules);
    const wrapped = `(function (Npm, Assets, require) {${fs.readFileSync(filename, 'utf8')}\n})`;
    const run = vm.runInThisContext(wrapped, { filename, displayErrors: true });
    await run.call(global, { require: npmRequire }, createAssets(serverDir, file.assets || {}), npmRequire);
  };
};

function createAssets(serverDir, assets) {
  const find = (name) => {
    if (!Object.hasOwn(assets, name)) throw new Error(`Unknown asset: ${name}`);
    return path.join(serverDir, assets[name]);
  };
  return {
    getTextAsync: async (name) => fs.promises.readFile(find(name), 'utf8'),
    getBinaryAsync: async (name) => new Uint8Array(await fs.promises.readFile(find(name))),
    absoluteFilePath: find,
    getServerDir: () => serverDir,
  };
}

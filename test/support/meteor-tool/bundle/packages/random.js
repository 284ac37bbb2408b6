const { randomBytes, randomInt } = require('crypto');

const UNMISTAKABLE = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';
const id = (length = 17) => Array.from({ length }, () => UNMISTAKABLE[randomInt(UNMISTAKABLE.length)]).join('');

Package.random = {
  Random: {
    id,
    secret: (length = 43) => randomBytes(length).toString('base64url').slice(0, length),
    fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
    choice: (from) => from[randomInt(from.length)],
  },
};

import { Package } from './package-registry.js';

const UNMISTAKABLE = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';
const fraction = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
const choice = (from) => from[Math.floor(fraction() * from.length)];
const id = (length = 17) => Array.from({ length }, () => choice(UNMISTAKABLE)).join('');

export const Random = { id, secret: (length = 43) => id(length), fraction, choice };
Package.random = { Random };

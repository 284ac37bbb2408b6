/** Meteor's global registry of packages, there before the first package is. */
globalThis.Package = globalThis.Package || {};
export const { Package } = globalThis;

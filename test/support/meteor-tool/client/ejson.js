import { Package } from './package-registry.js';
// oxlint-disable-next-line import/no-unassigned-import -- it registers itself
import '../bundle/packages/ejson.js';

export const { EJSON } = Package.ejson;

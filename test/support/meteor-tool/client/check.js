import { Package } from './package-registry.js';
// oxlint-disable-next-line import/no-unassigned-import -- it registers itself
import './meteor.js';
// oxlint-disable-next-line import/no-unassigned-import -- it registers itself
import '../bundle/packages/check.js';

export const { check, Match } = Package.check;

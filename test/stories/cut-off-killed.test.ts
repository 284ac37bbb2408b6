import { testCutOffs } from '../support/cut-off-sample.ts';

testCutOffs('killed');

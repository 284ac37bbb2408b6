import { afterAll, afterEach } from 'vitest';
import { failOnViolations } from './witness.ts';

// Vitest runs this before every test file: what breaks AWS's service models fails the test in which it was said.

afterEach(failOnViolations);
afterAll(failOnViolations);

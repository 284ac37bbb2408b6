// The file {"env": {NAME: "value"}, "settings": …}: JSON carries any text intact, which env files and shells do not,
// and setting variables inside the process is free of the kernel's 128 KiB limit on one of them.
import fs from 'fs';
import { fail } from './process.mjs';

/** Reads and checks the file. Ends the process with a reason that never quotes the contents. */
export function readEnvironment(file) {
  const { env = {}, settings } = parse(file, read(file));
  if (!isRecord(env)) fail(`"env" in ${file} must be an object of strings`);
  for (const name of Object.keys(env)) checkVariable(file, name, env[name]);
  const variables = { ...env };
  if (settings !== undefined) variables.METEOR_SETTINGS = JSON.stringify(settings);
  return variables;
}

/** The container's own variables (where it listens, what it is) stay; everything else comes from the file. */
export function applyEnvironment(variables, target) {
  for (const name of Object.keys(variables)) if (!isContainers(name, target)) target[name] = variables[name];
}

function isContainers(name, target) {
  return (name === 'PORT' || name.startsWith('REDEPLOY_')) && target[name] !== undefined;
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`cannot read ${file}: ${error.code}`);
  }
}

function parse(file, text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    return fail(`${file} is not JSON (${text.length} characters)`);
  }
  return isRecord(content) ? content : fail(`${file} must hold a JSON object`);
}

function checkVariable(file, name, value) {
  if (name === '' || name.includes('=') || name.includes('\0')) fail(`"env" in ${file} has an impossible name`);
  if (typeof value !== 'string') fail(`${name} in ${file} must be a string`);
  if (value.includes('\0')) fail(`${name} in ${file} has a NUL character, which no variable can carry`);
}

function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

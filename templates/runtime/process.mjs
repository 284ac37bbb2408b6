/** One line on standard error, which ends in the machine's journal. Never carries a value of settings or env. */
export function log(message) {
  process.stderr.write(`redeploy: ${message}\n`);
}

/** Ends the process as a configuration error (EX_CONFIG of sysexits.h), which no restart repairs. */
export function fail(message) {
  log(message);
  process.exit(78);
}

/** A duration in milliseconds from a variable in seconds; fractions are welcome. */
export function seconds(name, otherwise) {
  const given = process.env[name];
  if (given === undefined || given === '') return otherwise * 1000;
  const value = Number(given);
  if (!Number.isFinite(value) || value < 0) fail(`${name} must be a number of seconds, not '${given}'`);
  return value * 1000;
}

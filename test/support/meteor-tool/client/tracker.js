import { Package } from './package-registry.js';

let current;
const pending = new Set();
let isPlanned = false;

function plan(computation) {
  pending.add(computation);
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(flush);
}

function flush() {
  isPlanned = false;
  const due = [...pending];
  pending.clear();
  for (const computation of due) computation.run();
}

class Computation {
  constructor(body) {
    this.body = body;
    this.firstRun = true;
    this.stopped = false;
    this.cleanups = [];
    this.run();
    this.firstRun = false;
  }

  run() {
    if (this.stopped) return;
    this.clean();
    const outer = current;
    current = this;
    try {
      this.body(this);
    } finally {
      current = outer;
    }
  }

  clean() {
    for (const cleanup of this.cleanups.splice(0)) cleanup();
  }

  invalidate() {
    plan(this);
  }

  onInvalidate(callback) {
    this.cleanups.push(callback);
  }

  stop() {
    this.stopped = true;
    this.clean();
  }
}

class Dependency {
  constructor() {
    this.dependents = new Set();
  }

  depend() {
    if (!current) return false;
    const computation = current;
    this.dependents.add(computation);
    computation.cleanups.push(() => this.dependents.delete(computation));
    return true;
  }

  changed() {
    for (const computation of this.dependents) computation.invalidate();
  }

  hasDependents() {
    return this.dependents.size > 0;
  }
}

export const Tracker = {
  get active() {
    return current !== undefined;
  },
  Dependency,
  autorun: (body) => {
    const computation = new Computation(body);
    const outer = current;
    if (outer) outer.cleanups.push(() => computation.stop());
    return computation;
  },
  nonreactive(body) {
    const outer = current;
    current = undefined;
    try {
      return body();
    } finally {
      current = outer;
    }
  },
  flush,
  afterFlush: (callback) => setTimeout(() => callback()),
};

Package.tracker = { Tracker };

// Nothing is reactive on the server.
const nothing = () => {};

Package.tracker = {
  Tracker: {
    active: false,
    Dependency: class {
      depend() {
        return false;
      }

      changed() {}

      hasDependents() {
        return false;
      }
    },
    autorun: (run) => {
      run({ firstRun: true, stop: nothing });
      return { stop: nothing };
    },
    nonreactive: (run) => run(),
    flush: nothing,
    afterFlush: nothing,
  },
};

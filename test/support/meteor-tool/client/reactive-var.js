import { Tracker } from './tracker.js';

export class ReactiveVar {
  constructor(value) {
    this.value = value;
    this.dependency = new Tracker.Dependency();
  }

  get() {
    this.dependency.depend();
    return this.value;
  }

  set(value) {
    if (value === this.value) return;
    this.value = value;
    this.dependency.changed();
  }
}

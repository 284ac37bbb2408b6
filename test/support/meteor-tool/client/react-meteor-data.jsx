import React, { useEffect, useReducer, useRef } from 'react';
import { Meteor } from './meteor.js';
import { Tracker } from './tracker.js';

const rerender = (count) => count + 1;

/** The value of a reactive function, computed again when what it read changes or when the component renders. */
export function useTracker(read) {
  const [, force] = useReducer(rerender, 0);
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    const computation = Tracker.autorun(({ firstRun }) => {
      latest.current();
      if (!firstRun) force();
    });
    force();
    return () => computation.stop();
  }, []);
  return Tracker.nonreactive(read);
}

/** Subscribes while the component is mounted; answers with a function that says whether data is still on its way. */
export function useSubscribe(name, ...params) {
  const handle = useRef();
  const key = JSON.stringify([name, params]);
  useEffect(() => {
    if (!name) return undefined;
    handle.current = Meteor.subscribe(name, ...params);
    return () => handle.current.stop();
  }, [key]);
  const isReady = useTracker(() => !name || Boolean(handle.current && handle.current.ready()));
  return () => !isReady;
}

export const withTracker = (read) => (Component) =>
  function Tracked(props) {
    const data = useTracker(() => read(props));
    return <Component {...props} {...data} />;
  };

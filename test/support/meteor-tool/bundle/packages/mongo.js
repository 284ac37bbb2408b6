// This stand-in has no MongoDB driver. It behaves as an app with one does when the database is missing or out of reach.
const net = require('net');
const { Meteor } = Package.meteor;

if (!process.env.MONGO_URL) throw new Error('MONGO_URL must be set in environment');
const [, hostname, port = '27017'] = /@?([^@/:,]+)(?::(\d+))?[^@]*$/.exec(
  process.env.MONGO_URL.replace(/^mongodb(\+srv)?:\/\//, ''),
);
const timeoutMs = Number(/serverSelectionTimeoutMS=(\d+)/.exec(process.env.MONGO_URL)?.[1] ?? 30_000);

const tryOnce = () =>
  new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port), timeout: 2000 });
    const end = (isUp) => {
      socket.destroy();
      resolve(isUp);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });

Meteor.startup(async () => {
  const giveUpAt = Date.now() + timeoutMs;
  while (!(await tryOnce())) {
    if (Date.now() > giveUpAt) throw new Error('MongoServerSelectionError: the database cannot be reached');
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
  }
});

Package.mongo = {
  Mongo: {
    Collection: function Collection() {
      throw new Error('the stand-in for Meteor has no collections');
    },
  },
};

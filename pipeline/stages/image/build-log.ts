import protobuf from 'protobufjs';

/** Part of BuildKit's api/services/control/control.proto: what a build tells while it runs. */
const schema = `
  syntax = "proto3";
  message Status { repeated Vertex vertexes = 1; repeated Log logs = 3; }
  message Vertex { string digest = 1; string name = 3; bool cached = 4; Moment started = 5; Moment completed = 6; string error = 7; }
  message Log { string vertex = 1; bytes msg = 4; }
  message Moment { int64 seconds = 1; }
`;
const Status = protobuf.parse(schema).root.lookupType('Status');

interface BuildStatus {
  vertexes: { digest: string; name: string; cached: boolean; started?: object; completed?: object; error: string }[];
  logs: { vertex: string; msg: Uint8Array }[];
}

/** One JSON line of the build's answer. */
export interface BuildMessage {
  id?: string;
  aux?: unknown;
  stream?: string;
  error?: string;
  errorDetail?: { message?: string };
}

export interface BuildLog {
  /** Takes one message; lines of output go to `onLine`. */
  take(message: BuildMessage): void;
  /** Docker's words for why it failed, once it has; the step that failed and what that printed, if it was one. */
  failure(): { message: string; step: string | undefined; lines: string[] } | undefined;
}

interface Step {
  name: string;
  lines: string[];
  /** A line whose end has not come yet. */
  rest: string;
}

/** Lines kept of a step for the case that it fails. */
const keep = 60;

/** Reads a build as BuildKit tells it (base64 protobuf in `moby.buildkit.trace` messages). */
export function readBuildLog(onLine: (line: string) => void): BuildLog {
  const steps = new Map<string, Step>();
  let failed: Step | undefined;
  let message: string | undefined;

  const takeVertex = ({ digest, name, cached, started, error }: BuildStatus['vertexes'][number]) => {
    if (!started) return;
    let step = steps.get(digest);
    if (!step) {
      step = { name: tidy(name), lines: [], rest: '' };
      steps.set(digest, step);
      if (isOurs(name)) onLine(cached ? `${step.name} (cached)` : step.name);
    }
    // Steps beside the one that failed are cancelled.
    if (error && !/context canceled/.test(error)) failed ??= step;
  };

  const takeStatus = ({ vertexes, logs }: BuildStatus) => {
    for (const vertex of vertexes) takeVertex(vertex);
    for (const log of logs) takeOutput(steps.get(log.vertex), Buffer.from(log.msg).toString('utf8'), onLine);
  };

  return {
    take(answer) {
      if (answer.id === 'moby.buildkit.trace' && typeof answer.aux === 'string') {
        takeStatus(decode(answer.aux));
      }
      message ??= answer.errorDetail?.message ?? answer.error;
    },
    failure: () =>
      message === undefined
        ? undefined
        : { message, step: failed?.name, lines: [...(failed?.lines ?? []), ...(failed?.rest ? [failed.rest] : [])] },
  };
}

/** Lines of the Dockerfile are `[stage 2/5] …`; `[internal] …` and unmarked ones are BuildKit's own business. */
const isOurs = (name: string): boolean => /^\[(?!internal\])/.test(name);

/** Without mounts and line breaks: `[native 2/2] RUN node npm-rebuild.js`. */
const tidy = (name: string): string => name.replace(/\s+--mount=\S+/g, '').replace(/\s+/g, ' ');

const decode = (base64: string): BuildStatus =>
  Status.toObject(Status.decode(Buffer.from(base64, 'base64')), { arrays: true, defaults: true }) as BuildStatus;

function takeOutput(step: Step | undefined, text: string, onLine: (line: string) => void): void {
  const lines = ((step?.rest ?? '') + text).split('\n');
  const rest = lines.pop() ?? '';
  const whole = lines.map((line) => line.replace(/\r$/, '').replace(/^.*\r/, '')).filter((line) => line.trim() !== '');
  for (const line of whole) onLine(line);
  if (!step) return;
  step.rest = rest;
  step.lines = [...step.lines, ...whole].slice(-keep);
}

import type Dockerode from 'dockerode';

/** One line of a build, pull, push or import. */
export interface Progress {
  stream?: string;
  status?: string;
  error?: string;
}

/** Waits for the end of a build, pull, push or import; rejects with Docker's error, which comes as a line among others. */
export function followProgress(
  docker: Dockerode,
  stream: NodeJS.ReadableStream,
  hear: (progress: Progress) => void = () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finished = (error: Error | null, lines: Progress[] = []) => {
      const failed = lines.find((line) => line.error !== undefined);
      if (error) reject(error);
      else if (failed) reject(new Error(failed.error));
      else resolve();
    };
    docker.modem.followProgress(stream, finished, hear);
  });
}

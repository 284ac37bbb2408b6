/** Path that the runtime of the image answers, whatever the app does: with the release, as soon as the app listens. */
export const runtimeHealthPath = '/.well-known/redeploy/health';

/**
 * `200`, `200,302` or `200-299`, within 200-499, as target groups take them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html
 */
export const codesPattern = /^([2-4]\d\d(,[2-4]\d\d)*|[2-4]\d\d-[2-4]\d\d)$/;

/** Whether a status code is one of `codes`. */
export function hasCode(codes: string, status: number): boolean {
  return codes.split(',').some((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return status >= from && status <= to;
  });
}

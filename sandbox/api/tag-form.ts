/** What IAM, ELB, ACM and ECR take in tags (API_Tag.html of each; AmazonECR/latest/userguide/ecr-using-tags.html); EC2 takes anything. */
const plain = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** What is wrong with a tag, in words; undefined when nothing is. Reserved keys are for the service to refuse. */
export function wrongTag(key: string, value: string): string | undefined {
  if (key === '' || key.length > 128) return `Tag key '${key}' must have 1 to 128 characters.`;
  if (value.length > 256) return `The value of tag '${key}' must have at most 256 characters.`;
  const strange = [key, value].find((text) => !plain.test(text));
  return strange === undefined
    ? undefined
    : `'${strange}' of tag '${key}' must satisfy regular expression pattern: ${plain.source}`;
}

/**
 * Fills `{{NAME}}` placeholders. Throws on one that has no value: a template and its caller that disagree are a bug of ours.
 */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{\{([A-Z_]+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`template names {{${name}}}, which nobody fills`);
    return value;
  });
}

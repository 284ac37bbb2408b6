import { z } from 'zod';

/** A key as an override: it may be missing, and then nothing fills it in. */
type Override<T extends z.core.SomeType> = z.ZodOptional<T extends z.ZodDefault<infer U> ? U : T>;

/**
 * A block without its defaults. Not `partial()`: zod fills defaults in inside optional keys too, and an environment that
 * sets one key would reset all others of the block to their defaults instead of leaving them as the app says.
 */
export const loose = <S extends z.ZodRawShape>(block: z.ZodObject<S>) =>
  z.strictObject(
    Object.fromEntries(Object.entries(block.shape).map(([key, value]) => [key, override(value as z.ZodType)])) as {
      [K in keyof S]: Override<S[K]>;
    },
  );

/** The default is still told in the schema for editors. */
function override(key: z.ZodType): z.ZodType {
  if (!(key instanceof z.ZodDefault)) return key.optional();
  const inner = (key.unwrap() as z.ZodType).optional();
  return inner.meta({ ...key.meta(), default: key.parse(undefined) });
}

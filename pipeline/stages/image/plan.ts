import type { Change } from '../../core/act.ts';
import type { Bundle } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { namesOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import type { PlannedImage } from '../ami/plan.ts';
import { imageKeyOf } from '../image.ts';
import { findImage, planRepository } from '../registry.ts';

/** Looks at what `ensureImage` looks at. Without a bundle the image is new, for its sources are. Only reads. */
export async function planImage(
  ctx: Context,
  target: Target,
  bundle: Bundle | undefined,
): Promise<PlannedImage & { changes: Change[] }> {
  const key = bundle && (await imageKeyOf(ctx, target, bundle));
  const known = key && (await findImage(ctx, target, key));
  if (known) return { key, known, changes: [] };
  const why = key === undefined ? 'the sources are new' : `${key} is not in ECR`;
  const image: Change = { action: 'create', what: `image of ${namesOf(target).stem}`, why, calls: [] };
  return { key, known, changes: [...(await planRepository(ctx, target)), image] };
}

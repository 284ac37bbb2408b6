import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { AmiId } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

/** The AMI to bake on. */
export interface BaseAmi {
  id: AmiId;
  rootDevice: string;
}

/** Public parameters of the newest Amazon Linux 2023. https://docs.aws.amazon.com/linux/al2023/ug/ec2.html */
const newest = {
  x86_64: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
  arm64: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
} as const;

/** Resolved once a run, to a literal id: a launch template that names a parameter cannot be rolled back. */
export async function resolveBaseAmi(ctx: Context, target: Target): Promise<BaseAmi> {
  const wanted = target.bake.baseAmi ?? newest[target.architecture];
  const id = wanted.startsWith('ami-') ? wanted : await readParameter(ctx, wanted);
  const image = await findImage(ctx, id);
  if (image?.Architecture !== undefined && image.Architecture !== target.architecture) {
    throw new DeployError(
      'settings',
      `AMI ${id} is ${image.Architecture}, instance.type "${target.instance.type}" is ${target.architecture}`,
      {
        hint: 'change bake.baseAmi or instance.type in redeploy.json',
      },
    );
  }
  return { id: id as AmiId, rootDevice: image?.RootDeviceName ?? '/dev/xvda' };
}

async function readParameter(ctx: Context, name: string): Promise<string> {
  try {
    const { Parameter } = await ctx.aws.ssm.send(new GetParameterCommand({ Name: name }));
    return Parameter?.Value ?? '';
  } catch (error) {
    if (!isAwsError(error, 'ParameterNotFound')) throw error;
    throw new DeployError('settings', `there is no SSM parameter "${name}" in this region`, {
      hint: 'set bake.baseAmi to an AMI id',
    });
  }
}

async function findImage(ctx: Context, id: string) {
  try {
    const { Images } = await ctx.aws.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
    return Images?.[0];
  } catch (error) {
    if (!isAwsError(error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Malformed')) throw error;
    throw new DeployError('settings', `there is no AMI "${id}" in this region`, {
      hint: 'correct bake.baseAmi in redeploy.json',
    });
  }
}

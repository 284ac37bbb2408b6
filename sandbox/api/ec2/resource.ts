import { findInstance } from '../../engine/ec2/find.ts';
import type { Tags } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, type Resource } from '../authorize/need.ts';

interface Kind {
  type: string;
  /** The ARN names no account (images, snapshots). */
  isAnybodys?: boolean;
  find: (engine: Engine, id: string) => { tags: Tags } | undefined;
}

const inState =
  (map: 'images' | 'snapshots' | 'volumes' | 'securityGroups' | 'launchTemplates' | 'vpcs' | 'subnets') =>
  ({ state }: Engine, id: string): { tags: Tags } | undefined =>
    state.ec2[map][id];

/** By id prefix; the ARNs are those of list_amazonec2.html. */
const kinds: Record<string, Kind> = {
  i: { type: 'instance', find: findInstance },
  ami: { type: 'image', isAnybodys: true, find: inState('images') },
  snap: { type: 'snapshot', isAnybodys: true, find: inState('snapshots') },
  vol: { type: 'volume', find: inState('volumes') },
  sg: { type: 'security-group', find: inState('securityGroups') },
  lt: { type: 'launch-template', find: inState('launchTemplates') },
  vpc: { type: 'vpc', find: inState('vpcs') },
  eipalloc: { type: 'elastic-ip', find: ({ state }, id) => state.ec2.addresses[id] },
  subnet: { type: 'subnet', find: inState('subnets') },
};

/** A resource of EC2 as IAM sees it; undefined when there is none with that id. */
export function ec2Resource(engine: Engine, id: string): Resource | undefined {
  const kind = kinds[id.slice(0, id.indexOf('-'))];
  const found = kind?.find(engine, id);
  if (!kind || !found) return undefined;
  const rest = `${kind.type}/${id}`;
  const arn = kind.isAnybodys ? `arn:aws:ec2:${engine.state.region}::${rest}` : arnOf(engine, 'ec2', rest);
  return { arn, tags: found.tags };
}

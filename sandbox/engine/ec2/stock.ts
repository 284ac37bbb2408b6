import type { Architecture, ImageRecord, SnapshotRecord } from './state.ts';

/** Amazon's account for its own images; `amazon` in `Owners`. */
const amazonAccount = '137112412989';

const released = Date.UTC(2026, 0, 5, 19, 4, 31);
const ids: Record<Architecture, string> = { x86_64: '0a120230000000086', arm64: '0a120230000000064' };

/** The image that stands for the newest Amazon Linux 2023 (what the SSM public parameter names). */
export const stockImageId = (architecture: Architecture): string => `ami-${ids[architecture]}`;

const stockSnapshotId = (architecture: Architecture): string => `snap-${ids[architecture]}`;
const architectures: Architecture[] = ['x86_64', 'arm64'];

export function stockImages(): Record<string, ImageRecord> {
  return Object.fromEntries(
    architectures.map((architecture) => [stockImageId(architecture), stockImage(architecture)]),
  );
}

function stockImage(architecture: Architecture): ImageRecord {
  return {
    id: stockImageId(architecture),
    name: `al2023-ami-2023.10.20260105.0-kernel-6.1-${architecture}`,
    description: `Amazon Linux 2023 AMI 2023.10.20260105.0 ${architecture} HVM kernel-6.1`,
    ownerId: amazonAccount,
    ownerAlias: 'amazon',
    public: true,
    architecture,
    state: 'available',
    createdAtMs: released,
    imdsSupport: 'v2.0',
    rootDeviceName: '/dev/xvda',
    devices: [
      {
        deviceName: '/dev/xvda',
        snapshotId: stockSnapshotId(architecture),
        sizeGiB: 8,
        type: 'gp3',
        iops: 3000,
        throughput: 125,
        encrypted: false,
        deleteOnTermination: true,
      },
    ],
    launchAccounts: [],
    disk: 'base',
    tags: {},
  };
}

export function stockSnapshots(): Record<string, SnapshotRecord> {
  return Object.fromEntries(
    architectures.map((architecture) => [
      stockSnapshotId(architecture),
      {
        id: stockSnapshotId(architecture),
        ownerId: amazonAccount,
        volumeId: 'vol-ffffffff',
        sizeGiB: 8,
        encrypted: false,
        description: '',
        state: 'completed',
        startedAtMs: released,
        tags: {},
      },
    ]),
  );
}

import type { InstanceTypeInfo, InstanceTypeOffering } from '@aws-sdk/client-ec2';
import { instanceTypes, type InstanceType } from '../../engine/ec2/instance-types.ts';
import { AwsError } from '../error.ts';
import { applyFilters, type Fields } from './filter.ts';
import type { Ec2Handler } from './handler.ts';
import { listPage } from './listing.ts';

type Name = NonNullable<InstanceTypeInfo['InstanceType']>;

export const describeInstanceTypes: Ec2Handler<'DescribeInstanceTypes'> = (input) => {
  const names = input.InstanceTypes ?? [];
  const missing = names.filter((name) => !instanceTypes.has(name));
  if (missing.length > 0) {
    throw new AwsError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${missing.join(', ')}]`,
    );
  }
  const all = [...instanceTypes.values()].filter(({ name }) => names.length === 0 || names.includes(name as Name));
  const { items, next } = listPage(applyFilters(all, input.Filters, fields), input, {
    keyOf: ({ name }) => name,
    range: [5, 100],
    named: names.length > 0 ? 'instanceTypeSet' : undefined,
  });
  return { InstanceTypes: items.map(typeForm), ...(next !== undefined && { NextToken: next }) };
};

const typeForm = (type: InstanceType): InstanceTypeInfo => ({
  InstanceType: type.name as Name,
  CurrentGeneration: type.currentGeneration,
  BareMetal: false,
  Hypervisor: type.hypervisor,
  ProcessorInfo: { SupportedArchitectures: [type.architecture], Manufacturer: type.processor },
  VCpuInfo: { DefaultVCpus: type.vcpus },
  MemoryInfo: { SizeInMiB: type.memoryMiB },
  BurstablePerformanceSupported: type.burstable,
  FreeTierEligible: ['t2.micro', 't3.micro', 't4g.small'].includes(type.name),
  InstanceStorageSupported: false,
  EbsInfo: {
    EbsOptimizedSupport: type.hypervisor === 'nitro' ? 'default' : 'unsupported',
    EncryptionSupport: 'supported',
  },
  SupportedUsageClasses: ['on-demand', 'spot'],
  SupportedRootDeviceTypes: ['ebs'],
  SupportedVirtualizationTypes: ['hvm'],
  SupportedBootModes: type.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
});

const fields: Fields<InstanceType> = {
  'bare-metal': () => false,
  'burstable-performance-supported': ({ burstable }) => burstable,
  'current-generation': ({ currentGeneration }) => currentGeneration,
  hypervisor: ({ hypervisor }) => hypervisor,
  'instance-type': ({ name }) => name,
  'memory-info.size-in-mib': ({ memoryMiB }) => memoryMiB,
  'processor-info.supported-architecture': ({ architecture }) => architecture,
  'vcpu-info.default-vcpus': ({ vcpus }) => vcpus,
  'supported-root-device-type': () => 'ebs',
  'supported-virtualization-type': () => 'hvm',
};

/** Every type is offered in every zone. */
export const describeInstanceTypeOfferings: Ec2Handler<'DescribeInstanceTypeOfferings'> = (input, { engine }) => {
  const type = input.LocationType ?? 'region';
  const zones = Object.values(engine.state.ec2.subnets);
  const places: Record<string, string[]> = {
    region: [engine.state.region],
    'availability-zone': [...new Set(zones.map(({ zone }) => zone))],
    'availability-zone-id': [...new Set(zones.map(({ zoneId }) => zoneId))],
  };
  const all = (places[type] ?? []).flatMap((location) => [...instanceTypes.keys()].map((name) => ({ name, location })));
  const found = applyFilters(all, input.Filters, {
    location: ({ location }) => location,
    'instance-type': ({ name }) => name,
  });
  const { items, next } = listPage(found, input, {
    keyOf: ({ name, location }) => `${location} ${name}`,
    range: [5, 1000],
  });
  const InstanceTypeOfferings = items.map(({ name, location }): InstanceTypeOffering => ({
    InstanceType: name as Name,
    LocationType: type,
    Location: location,
  }));
  return { InstanceTypeOfferings, ...(next !== undefined && { NextToken: next }) };
};

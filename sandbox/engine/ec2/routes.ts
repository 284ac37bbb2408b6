export interface RouteTableRecord {
  id: string;
  vpcId: string;
  /** For all subnets of the VPC that no other table names. */
  isMain: boolean;
  subnetIds: string[];
  /** Besides the one to the VPC itself. `to` is an id: igw-…, nat-…, tgw-…, vpce-…; a target that is gone makes a black hole. */
  routes: { cidr: string; to: string; isBlackhole?: boolean | undefined }[];
  tags: Record<string, string>;
}

export interface VpcEndpointRecord {
  id: string;
  vpcId: string;
  type: 'Interface' | 'Gateway';
  /** com.amazonaws.us-east-1.s3 */
  service: string;
  routeTableIds: string[];
  subnetIds: string[];
  tags: Record<string, string>;
}

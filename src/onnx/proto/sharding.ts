import type { Message, MessageTable } from "../codec/message-table.ts";
import { int32, int64, message, messageTable, oneof, repeated, string } from "../codec/message-table.ts";

/** A key with a list of numbers. */
export interface IntIntListEntryProto extends Message {
  readonly key?: bigint;
  readonly value?: readonly bigint[];
}

/** How one dimension is cut: by size or name, into how many shards. */
export interface SimpleShardedDimProto extends Message {
  readonly dimValue?: bigint;
  readonly dimParam?: string;
  readonly numShards?: bigint;
}

/** One axis and how it is cut. */
export interface ShardedDimProto extends Message {
  readonly axis?: bigint;
  readonly simpleSharding?: readonly SimpleShardedDimProto[];
}

/** How one tensor of a node is spread over devices. */
export interface ShardingSpecProto extends Message {
  readonly tensorName?: string;
  readonly device?: readonly bigint[];
  readonly indexToDeviceGroupMap?: readonly IntIntListEntryProto[];
  readonly shardedDim?: readonly ShardedDimProto[];
}

/** How one node is spread over the devices of a configuration. */
export interface NodeDeviceConfigurationProto extends Message {
  readonly configurationId?: string;
  readonly shardingSpec?: readonly ShardingSpecProto[];
  readonly pipelineStage?: number;
}

/** A configuration of devices that nodes refer to. */
export interface DeviceConfigurationProto extends Message {
  readonly name?: string;
  readonly numDevices?: number;
  readonly device?: readonly string[];
}

const intIntListEntry: MessageTable<IntIntListEntryProto> = messageTable("IntIntListEntryProto", {
  key: int64(1),
  value: repeated(int64(2)),
});

const simpleShardedDim: MessageTable<SimpleShardedDimProto> = messageTable("SimpleShardedDimProto", {
  dimValue: oneof("dim", int64(1)),
  dimParam: oneof("dim", string(2)),
  numShards: int64(3),
});

const shardedDim: MessageTable<ShardedDimProto> = messageTable("ShardedDimProto", {
  axis: int64(1),
  simpleSharding: repeated(message(2, () => simpleShardedDim)),
});

const shardingSpec: MessageTable<ShardingSpecProto> = messageTable("ShardingSpecProto", {
  tensorName: string(1),
  device: repeated(int64(2)),
  indexToDeviceGroupMap: repeated(message(3, () => intIntListEntry)),
  shardedDim: repeated(message(4, () => shardedDim)),
});

/** Fields of NodeDeviceConfigurationProto. */
export const nodeDeviceConfigurationProto: MessageTable<NodeDeviceConfigurationProto> = messageTable(
  "NodeDeviceConfigurationProto",
  {
    configurationId: string(1),
    shardingSpec: repeated(message(2, () => shardingSpec)),
    pipelineStage: int32(3),
  },
);

/** Fields of DeviceConfigurationProto. */
export const deviceConfigurationProto: MessageTable<DeviceConfigurationProto> = messageTable(
  "DeviceConfigurationProto",
  {
    name: string(1),
    numDevices: int32(2),
    device: repeated(string(3)),
  },
);

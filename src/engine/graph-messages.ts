// The messages of TensorFlow graphs: the protocol-buffer classes of tfjs-node-gpu, and conversion of attributes.
import { createRequire } from 'node:module';
import type { GraphAttribute } from './attributes.js';
import { dtypeCodes, type HostArray, type Shape, type TensorSpec } from './types.js';

/** The classes used from the package's generated protocol-buffer code. */
interface Messages {
  AttrValue: (new () => AttrMessage) & { ListValue: new () => { setIList(values: number[]): void } };
  GraphDef: new () => { setVersions(versions: unknown): void; addNode(node: NodeMessage): void };
  MetaGraphDef: (new () => { setGraphDef(graph: unknown): void; setMetaInfoDef(info: unknown): void }) & {
    MetaInfoDef: new () => { addTags(tag: string): void };
  };
  NodeDef: new () => NodeMessage;
  SavedModel: new () => {
    setSavedModelSchemaVersion(version: number): void;
    addMetaGraphs(graph: unknown): void;
    serializeBinary(): Uint8Array;
  };
  Tensor: new () => {
    setDtype(code: number): void;
    setTensorShape(shape: unknown): void;
    setTensorContent(b: Uint8Array): void;
  };
  TensorShape: (new () => { addDim(dim: unknown): void }) & { Dim: new () => { setSize(size: number): void } };
  VersionDef: new () => { setProducer(version: number): void };
}
interface AttrMessage {
  setType(code: number): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setS(value: Uint8Array): void;
  setList(list: unknown): void;
  setShape(shape: unknown): void;
  setTensor(tensor: unknown): void;
}
interface NodeMessage {
  setName(name: string): void;
  setOp(operation: string): void;
  addInput(reference: string): void;
  getAttrMap(): { set(name: string, value: AttrMessage): void };
}

export function loadMessages(): Messages {
  return createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Messages;
}

function shapeMessage(messages: Messages, shape: Shape): unknown {
  const message = new messages.TensorShape();
  for (const extent of shape) {
    const dim = new messages.TensorShape.Dim();
    dim.setSize(extent);
    message.addDim(dim);
  }
  return message;
}

function tensorMessage(messages: Messages, values: HostArray, spec: TensorSpec): unknown {
  const message = new messages.Tensor();
  message.setDtype(dtypeCodes[spec.dtype]);
  message.setTensorShape(shapeMessage(messages, spec.shape));
  message.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return message;
}

export function attributeMessage(messages: Messages, attribute: GraphAttribute): AttrMessage {
  const message = new messages.AttrValue();
  switch (attribute.kind) {
    case 'type':
      message.setType(dtypeCodes[attribute.value]);
      break;
    case 'int':
      message.setI(attribute.value);
      break;
    case 'ints': {
      const list = new messages.AttrValue.ListValue();
      list.setIList([...attribute.value]);
      message.setList(list);
      break;
    }
    case 'float':
      message.setF(attribute.value);
      break;
    case 'bool':
      message.setB(attribute.value);
      break;
    case 'string':
      message.setS(new TextEncoder().encode(attribute.value));
      break;
    case 'shape':
      message.setShape(shapeMessage(messages, attribute.value));
      break;
    case 'tensor':
      message.setTensor(tensorMessage(messages, attribute.value, attribute.spec));
      break;
  }
  return message;
}

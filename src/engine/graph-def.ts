// Builds a TensorFlow graph node by node and writes it as a SavedModel.
import { createRequire } from 'node:module';
import type { Attribute, Attributes } from './attributes.js';
import { dtypeCodes, type HostArray, type Shape, type TensorSpec } from './types.js';

/** The part of the package's generated protocol-buffer classes that is used here. */
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

/** Attributes that only nodes of a graph have: shapes of variables, values of constants. */
export type GraphAttribute =
  | Attribute
  | { readonly kind: 'shape'; readonly value: Shape }
  | { readonly kind: 'tensor'; readonly value: HostArray; readonly spec: TensorSpec };

export interface GraphWriter {
  /** Adds a node and returns its name. Inputs are `node`, `node:output` or, for order alone, `^node`. */
  node(
    name: string,
    operation: string,
    attributes: Readonly<Record<string, GraphAttribute>>,
    inputs: readonly string[],
  ): string;
  readonly size: () => number;
  /** The SavedModel with this graph under the tag. */
  serialize(tag: string): Uint8Array;
}

/** TensorFlow's graph version at 2.21. */
const graphProducer = 1882;

export function createGraphWriter(): GraphWriter {
  const messages = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Messages;
  const graph = new messages.GraphDef();
  let nodes = 0;
  const shapeMessage = (shape: Shape): unknown => {
    const message = new messages.TensorShape();
    for (const extent of shape) {
      const dim = new messages.TensorShape.Dim();
      dim.setSize(extent);
      message.addDim(dim);
    }
    return message;
  };
  const tensorMessage = (values: HostArray, spec: TensorSpec): unknown => {
    const message = new messages.Tensor();
    message.setDtype(dtypeCodes[spec.dtype]);
    message.setTensorShape(shapeMessage(spec.shape));
    message.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return message;
  };
  const attributeMessage = (attribute: GraphAttribute): AttrMessage => {
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
        message.setShape(shapeMessage(attribute.value));
        break;
      case 'tensor':
        message.setTensor(tensorMessage(attribute.value, attribute.spec));
        break;
    }
    return message;
  };
  return {
    node(name, operation, attributes: Attributes | Readonly<Record<string, GraphAttribute>>, inputs) {
      const message = new messages.NodeDef();
      message.setName(name);
      message.setOp(operation);
      for (const input of inputs) message.addInput(input);
      const map = message.getAttrMap();
      for (const [key, value] of Object.entries(attributes)) map.set(key, attributeMessage(value));
      graph.addNode(message);
      nodes += 1;
      return name;
    },
    size: () => nodes,
    serialize(tag) {
      const versions = new messages.VersionDef();
      versions.setProducer(graphProducer);
      graph.setVersions(versions);
      const info = new messages.MetaGraphDef.MetaInfoDef();
      info.addTags(tag);
      const meta = new messages.MetaGraphDef();
      meta.setGraphDef(graph);
      meta.setMetaInfoDef(info);
      const model = new messages.SavedModel();
      model.setSavedModelSchemaVersion(1);
      model.addMetaGraphs(meta);
      return model.serializeBinary();
    },
  };
}

// Builds a TensorFlow graph node by node and writes it as a SavedModel.
import type { GraphAttributes } from './attributes.js';
import { attributeMessage, loadMessages } from './graph-messages.js';

export interface GraphWriter {
  /** Adds a node and returns its name. Inputs are `node`, `node:output` or, for a control dependency, `^node`. */
  node(name: string, operation: string, attributes: GraphAttributes, inputs: readonly string[]): string;
  readonly size: () => number;
  /** Returns the SavedModel that contains this graph under the tag. */
  serialize(tag: string): Uint8Array;
}

/** TensorFlow's graph version in 2.21. */
const graphProducer = 1882;

export function createGraphWriter(): GraphWriter {
  const messages = loadMessages();
  const graph = new messages.GraphDef();
  let nodes = 0;
  return {
    node(name, operation, attributes, inputs) {
      const message = new messages.NodeDef();
      message.setName(name);
      message.setOp(operation);
      for (const input of inputs) message.addInput(input);
      const map = message.getAttrMap();
      for (const [key, value] of Object.entries(attributes)) map.set(key, attributeMessage(messages, value));
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

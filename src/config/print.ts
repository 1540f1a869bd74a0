// Prints a resolved config as YAML that parses to the same values, and the JSON Schema for editors.
import { Document, visit } from 'yaml';
import { isNode } from './describe.js';
import { ganConfigSchema, ganTree, type GanConfig } from './gan.js';
import { experimentSchema, experimentTree, type ExperimentConfig, type SchemaNode } from './schema.js';

/**
 * The config as YAML in the schema's key order, as in a run folder's `config.yaml`. Loading it gives an equal config.
 */
export const printConfig = (config: ExperimentConfig): string => printValues(experimentSchema.parse(config));

/** As `printConfig`, for the config of a generator. */
export const printGanConfig = (config: GanConfig): string => printValues(ganConfigSchema.parse(config));

function printValues(values: ExperimentConfig | GanConfig): string {
  const document = new Document(values, { aliasDuplicateObjects: false });
  visit(document, { Seq: (_, list) => void (list.flow = true) });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The schema of a file: with `extends`, and all keys optional. */
function fileSchema(whole: SchemaNode, title: string): SchemaNode {
  const file = { type: 'string', minLength: 1 } as const;
  return {
    ...whole,
    required: [],
    title,
    properties: {
      extends: {
        anyOf: [file, { type: 'array', items: file }],
        description: 'config files, relative to this one, whose values this one inherits; later files take precedence',
      },
      ...whole.properties,
    },
  };
}

/** JSON Schema (2020-12) of a config file, for editors: the experiment's schema with `extends`, all keys optional. */
export const jsonSchema = (): SchemaNode => fileSchema(experimentTree, 'isda experiment');

/** As `jsonSchema`, for the config of a generator. */
export const ganJsonSchema = (): SchemaNode => fileSchema(ganTree, 'isda generator');

/** The schema of a key that may also be null, which unsets it; a constant, such as the name of a section, may not. */
function orNull(node: SchemaNode): SchemaNode {
  const value = withNulls(node);
  const nothing: SchemaNode = { type: 'null' };
  if (value.const !== undefined) return value;
  if (value.oneOf) return { ...value, oneOf: [...value.oneOf, nothing] };
  if (value.anyOf) return { ...value, anyOf: [...value.anyOf, nothing] };
  // A list of types, as editors say more about a wrong value than with alternatives.
  const types = { type: [value.type, 'null'] } as unknown as SchemaNode;
  return { ...value, ...types, ...(value.enum && { enum: [...value.enum, null] }) };
}

/** A schema for editors: a key that may be left out may also be null. */
export function withNulls(node: SchemaNode): SchemaNode {
  const keys = Object.entries(node.properties ?? {}).map(([key, value]) => {
    const isOptional = node.required?.includes(key) !== true;
    return [key, isNode(value) && isOptional ? orNull(value) : value] as const;
  });
  const each = (options: SchemaNode['anyOf']) =>
    options?.map((option) => (isNode(option) ? withNulls(option) : option));
  return {
    ...node,
    ...(node.properties && { properties: Object.fromEntries(keys) }),
    ...(node.anyOf && { anyOf: each(node.anyOf) }),
    ...(node.oneOf && { oneOf: each(node.oneOf) }),
  };
}

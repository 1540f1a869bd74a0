// The kinds of work of a training step, and which a node, a primitive or an operation of PyTorch is.

/** Kinds in their order, with the words that a table has for them. */
export const kinds = {
  forward: 'convolution, forward',
  toInput: 'convolution, gradient of its input',
  toKernel: 'convolution, gradient of its kernel',
  reorder: "reorders (oneDNN's layouts)",
  around: 'around convolutions (memory, look-ups)',
  norm: 'normalization, forward',
  normBackward: 'normalization, backward',
  relu: 'ReLU and its gradient',
  add: 'sums of activations and gradients',
  copy: 'copies: padding, joins, parts, casts',
  update: 'update of the parameters',
  rest: 'the rest',
};

/** `direction`: the propagation kind that oneDNN prints, such as backward_data. */
export function kindOfPrimitive(primitive, direction) {
  if (primitive === 'reorder') return 'reorder';
  if (primitive === 'convolution' || primitive === 'deconvolution')
    return { backward_data: 'toInput', backward_weights: 'toKernel' }[direction] ?? 'forward';
  if (primitive === 'batch_normalization') return direction.startsWith('backward') ? 'normBackward' : 'norm';
  if (primitive === 'eltwise') return 'relu';
  if (primitive === 'sum' || primitive === 'binary') return 'add';
  return primitive === 'concat' ? 'copy' : 'rest';
}

const firstOf = (patterns, name) => patterns.find(([pattern]) => pattern.test(name))?.[1] ?? 'rest';

const nodes = [
  [/Conv2D/, 'around'],
  [/BatchNormGrad/, 'normBackward'],
  [/BatchNorm/, 'norm'],
  [/Relu/, 'relu'],
  [/^(_Mkl)?Add(N|V2)?$/, 'add'],
  [/Pad|Concat|Slice|Split|Cast|Transpose/, 'copy'],
  [/ResourceApply|AssignVariable/, 'update'],
];

/** The kind of a node of TensorFlow, by its operation. */
export const kindOfNode = (operation) => firstOf(nodes, operation);

const operations = [
  [/conv/i, 'around'],
  [/batch_norm_backward/, 'normBackward'],
  [/batch_norm/, 'norm'],
  [/relu|clamp_min|threshold_backward/, 'relu'],
  [/^aten::add_?$/, 'add'],
  [/aten::(copy_|cat|pad|constant_pad_nd|slice|slice_backward|fill_|zero_|_to_copy|clone|contiguous)$/, 'copy'],
  [/_foreach|Optimizer/, 'update'],
];

/** The kind of an operation of PyTorch. */
export const kindOfTorch = (name) => firstOf(operations, name);

// A custom network: three convolutions, global average pooling, one fully connected layer.

/** @type {import('isda/kit').NetworkModule['createNetwork']} */
export function createNetwork({ options, input, kit }) {
  const { batchNorm, conv, linear, relu, sequence } = kit.layers;
  const width = Number(options.width ?? 16);
  const stage = (name, inputs, outputs, stride) =>
    sequence(conv(`${name}.conv`, { inputs, outputs, kernel: 3, stride }), batchNorm(`${name}.bn`, outputs), relu);
  const body = sequence(
    stage('stage1', input.channels, width, 1),
    stage('stage2', width, 2 * width, 2),
    stage('stage3', 2 * width, 4 * width, 2),
  );
  const featureSize = 4 * width;
  const classifier = linear('fc', featureSize, input.classes);
  return {
    name: `plain-${width}`,
    classes: input.classes,
    featureSize,
    tensors: [...body.tensors, ...classifier.tensors],
    classifier,
    apply(images, pass) {
      const features = kit.ops.mean(body.apply(images, pass), [1, 2]);
      return { features, logits: classifier.apply(features, pass) };
    },
  };
}

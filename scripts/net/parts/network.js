// A user's network: two convolutions, global average pooling, one fully connected layer.

export function createNetwork({ options, input, kit }) {
  const { batchNorm, conv, linear, relu, sequence } = kit.layers;
  const { width } = options;
  const body = sequence(
    conv('one', { inputs: input.channels, outputs: width, kernel: 3, stride: 2 }),
    batchNorm('one.bn', width),
    relu,
    conv('two', { inputs: width, outputs: 2 * width, kernel: 3, stride: 2 }),
    batchNorm('two.bn', 2 * width),
    relu,
  );
  const classifier = linear('fc', 2 * width, input.classes);
  return {
    name: `net-${width}`,
    classes: input.classes,
    featureSize: 2 * width,
    tensors: [...body.tensors, ...classifier.tensors],
    classifier,
    apply(images, pass) {
      const features = kit.ops.mean(body.apply(images, pass), [1, 2]);
      return { features, logits: classifier.apply(features, pass) };
    },
  };
}

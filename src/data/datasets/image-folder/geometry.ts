// Computes which region of an image is decoded, and the resampling weights of its rows and columns.
import { roundHalfEven } from '../../../common/round-half-even.js';
import { centreBox, resizedSize, type Box, type Size } from './crop-box.js';
import { bilinearAxis, type AxisWeights } from './axis.js';

export interface Geometry {
  /** The part of the image to which the axes apply. */
  readonly box: Box;
  readonly horizontal: AxisWeights;
  readonly vertical: AxisWeights;
}

/** Resizes a box of the image to the output's size. */
export function boxGeometry(box: Box, { height, width }: Size): Geometry {
  return { box, horizontal: bilinearAxis(box.width, width), vertical: bilinearAxis(box.height, height) };
}

/** Resizes the whole image so that its shorter side is `resize`, and crops the central square of `output` pixels. */
export function centreGeometry(image: Size, resize: number, output: number): Geometry {
  const resized = resizedSize(image, resize);
  const { top, left } = centreBox(resized, output);
  return {
    box: { top: 0, left: 0, height: image.height, width: image.width },
    horizontal: bilinearAxis(image.width, resized.width, left, output),
    vertical: bilinearAxis(image.height, resized.height, top, output),
  };
}

/** Resizes the largest central part of the image with the proportions of `output` to its size. */
export function coverGeometry(image: Size, output: Size): Geometry {
  const scale = Math.min(image.height / output.height, image.width / output.width);
  const height = Math.max(1, roundHalfEven(output.height * scale));
  const width = Math.max(1, roundHalfEven(output.width * scale));
  const box = { top: (image.height - height) >> 1, left: (image.width - width) >> 1, height, width };
  return boxGeometry(box, output);
}

/** Returns the part of the image that is required. */
export function neededPart({ box, horizontal, vertical }: Geometry): Box {
  return {
    top: box.top + vertical.from,
    left: box.left + horizontal.from,
    height: vertical.to - vertical.from,
    width: horizontal.to - horizontal.from,
  };
}

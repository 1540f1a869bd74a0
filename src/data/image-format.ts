// Size, channels and normalization of a data set's images.

export interface ImageFormat {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** Red, green, blue. */
  readonly channels: 3;
  /** Mean of each channel over the training images, in 0 … 255. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of each channel, in 0 … 255. */
  readonly std: readonly [number, number, number];
}

/** Bytes of one image. */
export function imageBytes(format: Pick<ImageFormat, 'height' | 'width' | 'channels'>): number {
  return format.height * format.width * format.channels;
}

// Data of a grid of small images; src/report draws it.

export interface ImageRow {
  /** Before the row; empty for none. */
  readonly label: string;
  /** One for each column: height·width·3 bytes, rows from the top. */
  readonly images: readonly Uint8Array[];
  /** Lines below each image. */
  readonly captions?: readonly (readonly string[])[];
}

export interface ImageGrid {
  readonly title: string;
  readonly rows: readonly ImageRow[];
  /** Of an image, pixels. */
  readonly height: number;
  readonly width: number;
  /** Pixels that the shorter side of an image is enlarged to at least, by a whole number. */
  readonly enlargedTo: number;
  /** Above the columns. */
  readonly columns?: readonly string[];
  /** Columns before which there is a wider gap. */
  readonly groups?: readonly number[];
  /** Sentences below the grid. */
  readonly caption?: readonly string[];
}

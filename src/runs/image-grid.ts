// Data of a grid of small images; src/report draws it.

export interface ImageRow {
  /** Text before the row; empty for none. */
  readonly label: string;
  /** One per column: height·width·3 bytes, rows from the top. */
  readonly images: readonly Uint8Array[];
  /** Lines below each image. */
  readonly captions?: readonly (readonly string[])[];
}

export interface ImageGrid {
  readonly title: string;
  readonly rows: readonly ImageRow[];
  /** Size of an image in pixels. */
  readonly height: number;
  readonly width: number;
  /** Minimum length of the shorter side of an image in pixels, reached by an integer scale factor. */
  readonly enlargedTo: number;
  /** Titles above the columns. */
  readonly columns?: readonly string[];
  /** Indices of the columns with a wider gap before them. */
  readonly groups?: readonly number[];
  /** Sentences below the grid. */
  readonly caption?: readonly string[];
}

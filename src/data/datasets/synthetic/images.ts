// Synthetic, learnable images: colours, texture and shape by class, with jitter, mixing and noise.
import { randomStream, type RandomStream } from '../../../common/random.js';
import { cifarPlane, cifarSide } from '../cifar/format.js';

type Colour = readonly [number, number, number];

/** Whether (dx, dy), in units of the shape's radius from its centre, is inside the shape. Mirror-symmetric in dx. */
type Shape = (dx: number, dy: number) => boolean;

const shapes: readonly Shape[] = [
  (dx, dy) => dx * dx + dy * dy < 1,
  (dx, dy) => Math.max(Math.abs(dx), Math.abs(dy)) < 0.85,
  (dx, dy) => Math.abs(dx) + Math.abs(dy) < 1.2,
  (dx, dy) => dx * dx + dy * dy < 1.2 && dx * dx + dy * dy > 0.4,
  (dx, dy) => Math.min(Math.abs(dx), Math.abs(dy)) < 0.35 && Math.max(Math.abs(dx), Math.abs(dy)) < 1.1,
  (dx, dy) => Math.abs(dx) < 1.4 && Math.abs(dy) < 0.45,
  (dx, dy) => Math.abs(dx) < 0.45 && Math.abs(dy) < 1.4,
];

interface ClassLook {
  /** Background colour, and the amplitude of the texture that is added to it; both relative to grey. */
  readonly background: Colour;
  readonly texture: Colour;
  readonly shapeColour: Colour;
  readonly shape: Shape;
  /** Texture periods over the image's width and height. */
  readonly periodsX: number;
  readonly periodsY: number;
}

/** Returns the colour of a hue (in turns), relative to grey. */
function hueColour(hue: number, strength: number): Colour {
  const channel = (shift: number): number => strength * Math.cos(2 * Math.PI * (hue + shift));
  return [channel(0), channel(1 / 3), channel(2 / 3)];
}

/** Returns the look of a class: the same for every seed, so that separately created sets belong to one task. */
function lookOf(label: number): ClassLook {
  const random = randomStream('synthetic class', label);
  return {
    background: hueColour(label * 0.381966, 30),
    texture: hueColour(random.uniform(), 40),
    shapeColour: hueColour(label * 0.618034 + 0.25, 70),
    shape: shapes[label % shapes.length],
    periodsX: 0.5 + random.integer(4),
    periodsY: 0.5 + ((label + random.integer(2)) % 4),
  };
}

/** Computes a wave over one side of the image at a random phase, so that its mirror image is equally likely. */
function wave(target: Float64Array, periods: number, random: RandomStream): void {
  const phase = 2 * Math.PI * random.uniform();
  for (let i = 0; i < cifarSide; i++) target[i] = Math.cos((2 * Math.PI * periods * i) / cifarSide + phase);
}

/** Writes the three planes of one image at `offset` of `target`. */
type PaintImage = (label: number, random: RandomStream, target: Uint8Array, offset: number) => void;

/** Creates a painter for images of `classes` classes; all randomness of an image comes from the given stream. */
export function createPainter(classes: number): PaintImage {
  const looks = Array.from({ length: classes }, (_, label) => lookOf(label));
  const [ownX, ownY, otherX, otherY] = Array.from({ length: 4 }, () => new Float64Array(cifarSide));
  const inShape = new Uint8Array(cifarPlane);

  const paintShape = (shape: Shape, random: RandomStream): void => {
    const centreX = 9 + 14 * random.uniform();
    const centreY = 9 + 14 * random.uniform();
    const radius = 4 + 5 * random.uniform();
    const present = random.uniform() < 0.85;
    for (let y = 0; y < cifarSide; y++) {
      for (let x = 0; x < cifarSide; x++) {
        const inside = present && shape((x - centreX) / radius, (y - centreY) / radius);
        inShape[y * cifarSide + x] = inside ? 1 : 0;
      }
    }
  };

  return (label, random, target, offset) => {
    const own = looks[label];
    // Every image is partly another class; otherwise the task would be trivial.
    const other = looks[random.integer(classes)];
    const mixed = 0.55 * random.uniform();
    wave(ownX, own.periodsX, random);
    wave(ownY, own.periodsY, random);
    wave(otherX, other.periodsX, random);
    wave(otherY, other.periodsY, random);
    paintShape(own.shape, random);
    const brightness = 122 + 30 * random.normal();
    const contrast = 0.6 + 0.8 * random.uniform();
    for (let c = 0; c < 3; c++) {
      const background = (1 - mixed) * own.background[c] + mixed * other.background[c];
      const ownTexture = (1 - mixed) * own.texture[c];
      const otherTexture = mixed * other.texture[c];
      for (let pixel = 0; pixel < cifarPlane; pixel++) {
        const x = pixel % cifarSide;
        const y = (pixel - x) / cifarSide;
        const texture = ownTexture * ownX[x] * ownY[y] + otherTexture * otherX[x] * otherY[y];
        const colour = inShape[pixel] === 1 ? own.shapeColour[c] : background + texture;
        // The sum of four uniform bytes is nearly normal: standard deviation 148, scaled to 40.
        const bits = random.uint32();
        const noise = ((bits & 255) + ((bits >>> 8) & 255) - ((bits >>> 16) & 255) - (bits >>> 24)) * 0.27;
        const value = brightness + contrast * colour + noise;
        target[offset + c * cifarPlane + pixel] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  };
}

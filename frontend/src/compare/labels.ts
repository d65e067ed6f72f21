/** Places the labels of the plot so that they cover neither points nor each other. */

export interface Position {
  x: number;
  y: number;
}

export interface Label extends Position {
  text: string;
  /** SVG's `text-anchor`. */
  anchor: "start" | "middle" | "end";
}

/** In pixels. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Of a label of 12 px, in pixels; a digit of most fonts is a little narrower. */
const CHARACTER_WIDTH = 6.8;
const ASCENT = 10;
const DESCENT = 3;
const MARK_RADIUS = 6;
const GAP = 9;

/**
 * The labels of `points`, in order; `undefined` where there is no room.
 *
 * A frontier rises to the right, so the space above it and to its left is the most likely to be empty. Labels stay
 * within `width` and `height` and off `marks`, which are the centers of symbols. They also stay off `lines` if they can.
 */
export function placeLabels(
  points: readonly (Position & { text: string })[],
  {
    marks,
    lines,
    width,
    height,
  }: { marks: readonly Position[]; lines: readonly Box[]; width: number; height: number },
): (Label | undefined)[] {
  const taken = marks.map(markBox);
  return points.map((point) => {
    const free = candidates(point).filter((label) => {
      const box = labelBox(label);
      const isInside = box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height;
      return isInside && !taken.some((other) => overlap(box, other));
    });
    const label = free.find((each) => !lines.some((line) => overlap(labelBox(each), line))) ?? free[0];
    if (label) {
      taken.push(labelBox(label));
    }
    return label;
  });
}

function candidates({ x, y, text }: Position & { text: string }): Label[] {
  const middle = y + (ASCENT - DESCENT) / 2;
  return [
    { text, anchor: "end", x: x - GAP, y: y - GAP },
    { text, anchor: "end", x: x - GAP, y: middle },
    { text, anchor: "middle", x, y: y - GAP },
    { text, anchor: "start", x: x + GAP, y: y + GAP + ASCENT },
    { text, anchor: "start", x: x + GAP, y: middle },
    { text, anchor: "middle", x, y: y + GAP + ASCENT },
    { text, anchor: "end", x: x - GAP, y: y + GAP + ASCENT },
  ];
}

function labelBox({ x, y, text, anchor }: Label): Box {
  const width = text.length * CHARACTER_WIDTH;
  const left = x - width * { start: 0, middle: 0.5, end: 1 }[anchor];
  return { left, right: left + width, top: y - ASCENT, bottom: y + DESCENT };
}

function markBox({ x, y }: Position): Box {
  return {
    left: x - MARK_RADIUS,
    right: x + MARK_RADIUS,
    top: y - MARK_RADIUS,
    bottom: y + MARK_RADIUS,
  };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

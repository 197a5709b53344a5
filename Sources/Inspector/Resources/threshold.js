// What another threshold on the similarity would change, from the histogram alone.

/// Changes at each edge of the histogram's bins. Reviewed pairs and those rejected for what they are
/// do not depend on the threshold and are not in `matched` and `unmatched`.
export class Threshold {
  constructor(histogram) {
    this.bins = histogram.matched.length;
    this.keptBelow = sums(histogram.matched);
    const rejectedBelow = sums(histogram.unmatched);
    const rejected = rejectedBelow.at(-1);
    this.rejectedFrom = rejectedBelow.map((below) => rejected - below);
    this.start = this.nearest(histogram.rule);
  }

  /// The edge that the line starts at: the rule's own level, or where least would change.
  nearest(rule) {
    const level = rule?.similarity;
    if (level !== null && level !== undefined) {
      return Math.min(Math.max(Math.round(level * this.bins), 0), this.bins);
    }
    let best = 0;
    for (let edge = 0; edge <= this.bins; edge += 1) if (this.changes(edge) < this.changes(best)) best = edge;
    return best;
  }

  changes(edge) { return this.keptBelow[edge] + this.rejectedFrom[edge]; }

  /// The similarity at an edge.
  value(edge) { return edge / this.bins; }
}

/// Sums of all before each place, the whole last.
function sums(values) {
  const result = [0];
  for (const value of values) result.push(result.at(-1) + value);
  return result;
}

extension EfficientNetLite {
  /// Multiplications and additions of all convolutions for one picture, borders included.
  public var operations: Int {
    var side = (inputSize + 1) / 2
    var count = side * side * stemChannels * 3 * 3 * 3
    for block in blocks {
      let reduced = (side + block.stride - 1) / block.stride
      if block.expansion != 1 { count += side * side * block.inputs * block.expanded }
      let places = reduced * reduced
      count += places * block.expanded * (block.kernel * block.kernel + block.outputs)
      side = reduced
    }
    count += side * side * (blocks.last?.outputs ?? stemChannels) * dimension
    return 2 * count
  }
}

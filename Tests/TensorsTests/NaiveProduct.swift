import Tensors

/// The matrix product by its definition, in double precision: what no kernel shares a line with.
func naiveProduct(_ left: Tensor, _ right: Tensor) -> Tensor {
  let (rows, inner, columns) = (left.rows, left.columns, right.columns)
  let (leftElements, rightElements) = (left.elements, right.elements)
  var elements = [Float](repeating: 0, count: rows * columns)
  var sums = [Double](repeating: 0, count: columns)
  for row in 0..<rows {
    for column in 0..<columns { sums[column] = 0 }
    for step in 0..<inner {
      let factor = Double(leftElements[row * inner + step])
      for column in 0..<columns {
        sums[column] += factor * Double(rightElements[step * columns + column])
      }
    }
    for column in 0..<columns { elements[row * columns + column] = Float(sums[column]) }
  }
  return Tensor(elements, shape: [rows, columns])
}

/// The transposed matrix.
func transposed(_ tensor: Tensor) -> Tensor {
  let elements = tensor.elements
  var result: [Float] = []
  result.reserveCapacity(elements.count)
  for column in 0..<tensor.columns {
    for row in 0..<tensor.rows { result.append(elements[row * tensor.columns + column]) }
  }
  return Tensor(result, shape: [tensor.columns, tensor.rows])
}

/// Reads one pickle (protocol 2) of tensors and plain containers.
///
/// A pickle is a program for a stack machine. This machine knows the instructions that build
/// numbers, strings, containers and views of storages; it calls nothing. Any other instruction or
/// any other Python name is an error. Memory and time stay proportional to the file's size.
struct Unpickler {
  /// The most objects that are built; the checkpoint of a network has some thousands.
  static let objectLimit = 1 << 21

  var cursor: ByteCursor
  private(set) var objects: [PickleValue] = []
  private(set) var storages: [PickledStorage] = []
  private var stack: [Int] = []
  private var marks: [Int] = []
  private var memo: [Int: Int] = [:]

  init(_ cursor: ByteCursor) { self.cursor = cursor }

  /// Reads up to and including the stop instruction; `cursor` then stands behind it.
  ///
  /// - Returns: the position of the result in `objects`.
  mutating func run() throws(LayersError) -> Int {
    guard try cursor.byte() == 0x80, try cursor.byte() == 2 else {
      throw malformed("not a pickle of protocol 2")
    }
    while true {
      guard objects.count < Self.objectLimit else {
        throw malformed("more than \(Self.objectLimit) objects")
      }
      let instruction = try cursor.byte()
      if instruction == UInt8(ascii: ".") {
        guard stack.count == 1, marks.isEmpty else { throw malformed("objects left over") }
        return stack[0]
      }
      if try runScalar(instruction) { continue }
      if try runMemo(instruction) { continue }
      if try runContainer(instruction) { continue }
      try runObject(instruction)
    }
  }

  private mutating func runScalar(_ instruction: UInt8) throws(LayersError) -> Bool {
    switch instruction {
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "K"): push(.int(Int(try cursor.byte())))
    case UInt8(ascii: "M"): push(.int(Int(try cursor.unsigned(2))))
    case UInt8(ascii: "J"):
      push(.int(Int(Int32(truncatingIfNeeded: try cursor.unsigned(4)))))
    case 0x8A: push(try longInteger())
    case UInt8(ascii: "G"):
      let bits = try cursor.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      push(.float(Double(bitPattern: bits)))
    case UInt8(ascii: "X"):
      let length = try cursor.length(4)
      guard let text = String(validating: try cursor.bytes(length), as: UTF8.self) else {
        throw malformed("a string that is not UTF-8")
      }
      push(.string(text))
    default: return false
    }
    return true
  }

  /// Two's complement, little-endian.
  private mutating func longInteger() throws(LayersError) -> PickleValue {
    let length = Int(try cursor.byte())
    guard length <= 16 else { throw malformed("an integer of \(length) bytes") }
    let bytes = try cursor.bytes(length)
    guard length <= 8 else { return .longInt(bytes) }
    let isNegative = (bytes.last ?? 0) & 0x80 != 0
    let value = bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    return .int(value)
  }

  private mutating func runMemo(_ instruction: UInt8) throws(LayersError) -> Bool {
    switch instruction {
    case UInt8(ascii: "q"): memo[Int(try cursor.byte())] = try top()
    case UInt8(ascii: "r"): memo[Int(try cursor.unsigned(4))] = try top()
    case UInt8(ascii: "h"): stack.append(try recall(Int(try cursor.byte())))
    case UInt8(ascii: "j"): stack.append(try recall(Int(try cursor.unsigned(4))))
    default: return false
    }
    return true
  }

  private mutating func runContainer(_ instruction: UInt8) throws(LayersError) -> Bool {
    switch instruction {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case UInt8(ascii: "t"): push(.tuple(try popToMark()))
    case 0x85...0x87: push(.tuple(try pop(Int(instruction - 0x84))))
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try setItems(try pop(2))
    case UInt8(ascii: "u"): try setItems(try popToMark())
    default: return false
    }
    return true
  }

  private mutating func runObject(_ instruction: UInt8) throws(LayersError) {
    switch instruction {
    case UInt8(ascii: "c"):
      let module = try cursor.line(limit: 200)
      let name = try cursor.line(limit: 200)
      guard let global = PickleGlobal(module: module, name: name) else {
        throw .forbiddenGlobal(file: cursor.file, name: "\(module).\(name)")
      }
      push(.global(global))
    case UInt8(ascii: "Q"):
      let identifier = try pop(1)
      push(.storage(try storage(describedBy: objects[identifier[0]])))
    case UInt8(ascii: "R"):
      let call = try pop(2)
      guard case .global(let global) = objects[call[0]], case .tuple(let items) = objects[call[1]]
      else { throw malformed("a call of something that is not a known name") }
      guard items.count <= 8 else { throw malformed("wrong arguments for rebuilding an object") }
      push(try rebuild(global, items.map { objects[$0] }))
    case 0x81:
      let call = try pop(2)
      guard case .global(.namespace) = objects[call[0]], case .tuple([]) = objects[call[1]] else {
        throw malformed("a new object that is not an empty namespace")
      }
      push(.namespace([]))
    case UInt8(ascii: "b"):
      let state = try pop(1)
      let target = try top()
      switch (objects[target], objects[state[0]]) {
      // The state of a state dict is its `_metadata`, which says nothing about tensors.
      case (.dictionary, .dictionary): break
      // The dictionary is used up: shared with the namespace, each later change to it would copy
      // all that it holds.
      case (.namespace, .dictionary(let pairs)):
        objects[state[0]] = .none
        objects[target] = .namespace(pairs)
      default: throw malformed("a state for something that is not a dictionary")
      }
    default:
      throw malformed("instruction 0x\(String(instruction, radix: 16)) is not one that is read")
    }
  }

  // MARK: - Tensors

  private mutating func storage(describedBy value: PickleValue) throws(LayersError) -> Int {
    guard case .tuple(let items) = value, items.count == 5 || items.count == 6,
      objects[items[0]] == .string("storage"),
      case .global(.storageType(let type)) = objects[items[1]],
      case .string(let key) = objects[items[2]], case .string = objects[items[3]],
      case .int(let count) = objects[items[4]], count >= 0,
      items.count == 5 || objects[items[5]] == .none
    else { throw malformed("a persistent object that is not a storage") }
    let storage = PickledStorage(key: key, elementType: type, count: count)
    storages.append(storage)
    return storages.count - 1
  }

  private func rebuild(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(LayersError) -> PickleValue {
    switch global {
    case .orderedDictionary where arguments.isEmpty:
      return .dictionary([])
    case .rebuildParameter where arguments.count == 3:
      guard case .tensor = arguments[0] else { break }
      return arguments[0]
    case .rebuildTensor where arguments.count == 4,
      .rebuildTensor2 where arguments.count == 6 || arguments.count == 7:
      guard case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1],
        case .tuple(let shapeItems) = arguments[2], case .tuple(let strideItems) = arguments[3]
      else { break }
      guard shapeItems.count <= 64, strideItems.count <= 64 else {
        throw malformed("a tensor of more than 64 dimensions")
      }
      return .tensor(
        try view(
          of: storage, offset: offset, shape: try integers(shapeItems),
          strides: try integers(strideItems)))
    default: break
    }
    throw malformed("wrong arguments for rebuilding an object")
  }

  private func view(
    of storage: Int, offset: Int, shape: [Int], strides: [Int]
  ) throws(LayersError) -> PickledTensor {
    let count = storages[storage].count
    let problem = malformed("a tensor \(shape) with strides \(strides) in \(count) elements")
    guard shape.count == strides.count, shape.count <= 8, offset >= 0,
      shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
    else { throw problem }
    let isEmpty = shape.contains(0)
    var last = offset
    var elements = 1
    for (extent, stride) in zip(shape, strides) where extent > 0 {
      let (reach, reachOverflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (end, endOverflow) = last.addingReportingOverflow(reach)
      let (product, productOverflow) = elements.multipliedReportingOverflow(by: extent)
      guard !reachOverflow, !endOverflow, !productOverflow else { throw problem }
      last = end
      elements = product
    }
    guard isEmpty || (last < count && elements <= count) else { throw problem }
    // The stride of a single element is never stepped, so it may be anything, overflow included.
    return PickledTensor(
      storage: storage, offset: offset, shape: shape,
      strides: zip(shape, strides).map { $0 == 1 ? 0 : $1 })
  }

  private func integers(_ items: [Int]) throws(LayersError) -> [Int] {
    var values: [Int] = []
    for item in items {
      guard case .int(let value) = objects[item] else {
        throw malformed("a shape or stride that is not a whole number")
      }
      values.append(value)
    }
    return values
  }

  // MARK: - Stack

  private mutating func push(_ value: PickleValue) {
    objects.append(value)
    stack.append(objects.count - 1)
  }

  private func top() throws(LayersError) -> Int {
    guard let last = stack.last, stack.count > marks.last ?? 0 else {
      throw malformed("the stack is empty")
    }
    return last
  }

  private func recall(_ slot: Int) throws(LayersError) -> Int {
    guard let object = memo[slot] else { throw malformed("nothing is remembered as \(slot)") }
    return object
  }

  private mutating func pop(_ count: Int) throws(LayersError) -> [Int] {
    guard stack.count - count >= marks.last ?? 0 else { throw malformed("the stack is empty") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(LayersError) -> [Int] {
    guard let mark = marks.popLast() else { throw malformed("no mark on the stack") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func append(_ items: [Int]) throws(LayersError) {
    let target = try top()
    guard case .list(var list) = objects[target] else { throw malformed("not a list") }
    objects[target] = .none
    list += items
    objects[target] = .list(list)
  }

  private mutating func setItems(_ items: [Int]) throws(LayersError) {
    let target = try top()
    guard case .dictionary(var pairs) = objects[target], items.count.isMultiple(of: 2) else {
      throw malformed("not a dictionary, or a key without a value")
    }
    objects[target] = .none
    for index in stride(from: 0, to: items.count, by: 2) {
      pairs.append((items[index], items[index + 1]))
    }
    objects[target] = .dictionary(pairs)
  }

  private func malformed(_ detail: String) -> LayersError {
    .malformed(file: cursor.file, detail: "bad pickle at byte \(cursor.position): \(detail)")
  }
}
